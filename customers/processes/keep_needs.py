"""Keep Communication Needs: how, when, in which language and to whom each topic is told."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import PartyUpdated
from crm.events.publish import publish
from customers.contactability import MEDIA_OF_CHANNEL
from customers.models import CommunicationNeed, Party
from customers.processes.record_customer import known, save_checked
from customers.processes.update_information import known_trigger

ETOM = "1.3.6.2"

NEED_FIELDS = frozenset(
    {
        "channel", "language", "quiet_from", "quiet_to", "time_zone", "accessibility", "format",
        "contact_person_id",
    }
)  # fmt: skip


@transaction.atomic
def record_need(
    *, party_id: int, topic: str, fields: Mapping[str, Any], trigger: str, actor: Actor
) -> CommunicationNeed:
    """Write down how a party wishes to hear about a topic; the latest wish holds."""
    require(actor, "customers.update_information")
    known_trigger(trigger)
    known(fields, NEED_FIELDS)
    party = Party.objects.visible_to(actor).lock(party_id)
    _refuse_impossible(topic, fields, actor)
    if fields.get("quiet_from") is not None and not fields.get("time_zone"):
        # Written down as it is meant, so that it can be judged years later.
        fields = {**fields, "time_zone": settings.CRM_TIME_ZONE}
    need = CommunicationNeed.objects.filter(party=party, topic=topic).first()
    need = need or CommunicationNeed(party=party, topic=topic)
    changed = {name: value for name, value in fields.items() if getattr(need, name) != value}
    if need.pk and not changed:
        return need
    with because(actor, trigger):
        for name, value in changed.items():
            setattr(need, name, value)
        save_checked(need)
        _tell(party, actor)
    return need


@transaction.atomic
def remove_need(*, party_id: int, topic: str, trigger: str, actor: Actor) -> bool:
    """Forget a wish: the one for everything else holds again. History keeps what it was."""
    require(actor, "customers.update_information")
    known_trigger(trigger)
    party = Party.objects.visible_to(actor).lock(party_id)
    with because(actor, trigger):
        gone, _rows = CommunicationNeed.objects.filter(party=party, topic=topic).delete()
        if gone:
            _tell(party, actor)
    return bool(gone)


@transaction.atomic
def replace_needs(
    *, party_id: int, needs: Mapping[str, Mapping[str, Any]], trigger: str, actor: Actor
) -> None:
    """Make the wishes of a party these, by topic: what is not named any more is dropped."""
    party = Party.objects.visible_to(actor).lock(party_id)
    standing = set(party.communication_needs.values_list("topic", flat=True))
    for topic in standing - needs.keys():
        remove_need(party_id=party.pk, topic=topic, trigger=trigger, actor=actor)
    for topic, fields in needs.items():
        record_need(party_id=party.pk, topic=topic, fields=fields, trigger=trigger, actor=actor)


def _refuse_impossible(topic: str, fields: Mapping[str, Any], actor: Actor) -> None:
    person = fields.get("contact_person_id")
    problems = {
        "topic": topic not in CommunicationNeed.Topic.values,
        "channel": fields.get("channel") not in MEDIA_OF_CHANNEL,
        "time_zone": fields.get("time_zone", "") not in {"", *available_timezones()},
        "quiet_to": (fields.get("quiet_from") is None) != (fields.get("quiet_to") is None),
        "contact_person": person is not None
        and not Party.objects.visible_to(actor).filter(pk=person).exists(),
    }
    for name, wrong in problems.items():
        if wrong:
            raise RuleBroken(
                "not-valid",
                _("Quiet hours have a beginning and an end.")
                if name == "quiet_to"
                else _("Choose one of those offered."),
                field=name,
                kind="invalid",
            )


def _tell(party: Party, actor: Actor) -> None:
    Party.objects.filter(pk=party.pk).update(updated_at=timezone.now())
    publish(
        PartyUpdated(party_id=party.pk, party_kind=party.kind, changed=["communication_needs"]),
        actor=actor,
    )
