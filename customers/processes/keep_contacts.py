"""Keep Contacts: add, change, prefer and end one way to reach a party at a time."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import PartyUpdated
from crm.events.publish import publish
from customers.contact_points import written
from customers.models import ContactMedium, Party, SearchToken
from customers.processes.record_customer import new_medium, save_checked
from customers.processes.update_information import known_trigger, unchanged_since

ETOM = "1.3.6.2"

_CHANGEABLE = frozenset(
    {"value", "role", "preferred", "valid_from", "valid_to", "characteristic", "type"}
)


@transaction.atomic
def add_contact_point(
    *,
    party_id: int,
    medium: Mapping[str, Any],
    expected_revision: int | None = None,
    trigger: str,
    actor: Actor,
) -> ContactMedium:
    """Add one way to reach a party; one that stands already is the same one."""
    party = _locked(party_id, expected_revision, trigger, actor)
    made = new_medium(party, medium)
    refuse_unreadable(made)
    same = (
        party.contact_media.current()
        .filter(type=made.type, role=made.role, value=made.value)
        .first()
    )
    if same is not None:
        return same
    with _changing(party, trigger, actor):
        if made.preferred:
            _prefer_no_other(made)
        save_checked(made)
    return made


@transaction.atomic
def change_contact_point(
    *,
    medium_id: int,
    changes: Mapping[str, Any],
    expected_revision: int | None = None,
    trigger: str,
    actor: Actor,
) -> ContactMedium:
    """Correct a contact point; another address is unverified until it is verified itself."""
    medium, party = _of(medium_id, expected_revision, trigger, actor)
    changed = {
        name: value
        for name, value in changes.items()
        if name in _CHANGEABLE and getattr(medium, name) != value
    }
    if not changed:
        return medium
    with _changing(party, trigger, actor):
        for name, value in changed.items():
            setattr(medium, name, value)
        if {"value", "type"} & changed.keys():
            _respell(medium)
        if changed.get("preferred"):
            _prefer_no_other(medium)
        save_checked(medium)
    return medium


@transaction.atomic
def end_contact_point(
    *,
    medium_id: int,
    at: datetime | None = None,
    trigger: str,
    actor: Actor,
) -> ContactMedium:
    """End a contact point; it stays in history and nobody is found by it any more."""
    medium, party = _of(medium_id, None, trigger, actor)
    if medium.valid_to is None or medium.valid_to > timezone.now():
        with _changing(party, trigger, actor):
            medium.valid_to, medium.preferred = at or timezone.now(), False
            medium.save(update_fields=["valid_to", "preferred"])
    return medium


@transaction.atomic
def reopen_contact_point(*, medium_id: int, trigger: str, actor: Actor) -> ContactMedium:
    """Take the end of a contact point back, verification and all."""
    medium, party = _of(medium_id, None, trigger, actor)
    if medium.valid_to is not None:
        with _changing(party, trigger, actor):
            medium.valid_to = None
            save_checked(medium)
    return medium


def refuse_unreadable(medium: ContactMedium) -> None:
    """A phone number or e-mail address that cannot be one is said before it is kept."""
    if medium.value and medium.normalised:
        return
    said = {
        "email": _("This is no e-mail address. Correct it here or leave it out."),
        "mobile": _("This is no phone number. Correct it here or leave it out."),
        "phone": _("This is no phone number. Correct it here or leave it out."),
    }
    because_of = said.get(medium.type) or ("" if medium.value else _("Say what the address is."))
    if because_of:
        raise RuleBroken("not-readable", because_of, field="value", kind="invalid")


def _respell(medium: ContactMedium) -> None:
    spelling = written(medium.type, medium.value, region=settings.CRM_REGION)
    if spelling.normalised != medium.normalised:
        medium.state, medium.verified_at = ContactMedium.State.UNVERIFIED, None
        medium.verified_by = medium.unreachable_because = ""
    medium.normalised, medium.reversed_digits = spelling.normalised, spelling.reversed_digits
    refuse_unreadable(medium)


def _prefer_no_other(medium: ContactMedium) -> None:
    """One contact point is preferred, not two: that is what the word means in TMF632."""
    others = ContactMedium.objects.filter(party=medium.party_id, preferred=True, valid_to=None)
    others.exclude(pk=medium.pk).update(preferred=False)


def _of(
    medium_id: int, expected_revision: int | None, trigger: str, actor: Actor
) -> tuple[ContactMedium, Party]:
    party_id = ContactMedium.objects.values_list("party_id", flat=True).get(pk=medium_id)
    party = _locked(party_id, expected_revision, trigger, actor)
    return party.contact_media.select_for_update(of=("self",)).get(pk=medium_id), party


def _locked(party_id: int, expected_revision: int | None, trigger: str, actor: Actor) -> Party:
    require(actor, "customers.update_information")
    known_trigger(trigger)
    party = Party.objects.visible_to(actor).lock(party_id)
    unchanged_since(party, expected_revision)
    return party


@contextmanager
def _changing(party: Party, trigger: str, actor: Actor) -> Iterator[None]:
    with because(actor, trigger):
        yield
        # The revision is the version of the whole, contact points included.
        party.save(update_fields=["updated_at"])
    SearchToken.objects.refresh(party.relationships.values_list("pk", flat=True))
    publish(
        PartyUpdated(party_id=party.pk, party_kind=party.kind, changed=["contact_media"]),
        actor=actor,
    )
