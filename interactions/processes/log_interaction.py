"""Log Customer Interaction: every contact, on any channel, once, with its promise from then on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import SYSTEM, Actor, require
from crm.errors import RuleBroken
from crm.events.catalogue import InteractionLogged
from crm.events.publish import publish
from customers.models import Customer
from customers.processes.place_hold import place_hold
from interactions.governed import CHANNELS
from interactions.models import Interaction, Reason
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.starting import start_clocks
from interactions.processes.track_interaction.timeline import change_status
from interactions.reads import check_colleague, check_team
from readiness.registry.resolve import CapabilityOff, Resolved, resolve

ETOM = "1.3.5.4"

HOLD = "open-interaction"
VERTICALS = ("fulfilment", "assurance", "billing")

_Status = Interaction.Status
_SUBJECT = Interaction._meta.get_field("subject").max_length or 250


@transaction.atomic
def log_interaction(
    *,
    customer_id: int | None,
    channel: str,
    direction: str = "inbound",
    reason_key: str = "",
    subject: str = "",
    text: str = "",
    owner_id: int | None = None,
    team_id: int | None = None,
    occurred_at: datetime | None = None,
    verticals: Sequence[str] | None = None,
    status: str | None = None,
    priority: int = 3,
    source: str = "back-office",
    external_id: str = "",
    as_given: Mapping[str, Any] | None = None,
    actor: Actor,
) -> Interaction:
    """Log one contact and start its clocks; the same id from the same source is the same contact.

    Whoever logs it has it until it is handed on, unless an owner or a team is named.
    """
    require(actor, "interactions.log_interaction")
    known = _known_contact(source, external_id)
    if known is not None:
        return known
    now = timezone.now()
    reason = _reason(reason_key)
    interaction = Interaction(
        customer=_customer(customer_id, actor),
        direction=_known(direction, Interaction.Direction.values, "direction"),
        channel=channel,
        reason=reason,
        subject=_subject(subject, text, reason),
        description=text,
        priority=priority,
        verticals=_verticals(verticals, reason),
        opened_at=min(occurred_at or now, now),
        source=source,
        external_id=external_id,
        as_given=dict(as_given or {}),
        created_at=now,
    )
    interaction.capability_version_id = _serving(channel, interaction).version_id
    _give(interaction, owner_id, team_id, actor)
    # The database decides a race of two deliveries: the later one finds what the first wrote.
    if not _insert(interaction):
        return Interaction.objects.get(source=source, external_id=external_id)
    _begin(interaction, actor)
    _go_on(interaction, status, actor)
    interaction.refresh_from_db()
    return interaction


def _known_contact(source: str, external_id: str) -> Interaction | None:
    if not external_id:
        return None
    return Interaction.objects.filter(source=source, external_id=external_id).first()


def _begin(interaction: Interaction, actor: Actor) -> None:
    """Its clocks run, its customer is needed, and everybody who wants to know hears of it."""
    start_clocks(
        interaction=interaction,
        actor=actor,
        priority=interaction.priority,
        text=bool(interaction.description),
        owner=interaction.owner_id,
        team=interaction.team_id,
    )
    if interaction.customer_id is not None:
        place_hold(
            customer_id=interaction.customer_id,
            kind=HOLD,
            reference=str(interaction.public_id),
            reason=interaction.reference,
            actor=SYSTEM,
        )
    publish(
        InteractionLogged(
            interaction_id=interaction.pk,
            customer_id=interaction.customer_id,
            channel=interaction.channel,
            verticals=list(interaction.verticals),
        ),
        actor=actor,
    )


def _customer(customer_id: int | None, actor: Actor) -> Customer | None:
    if customer_id is None:
        return None
    return Customer.objects.visible_to(actor).get(pk=customer_id)


def _reason(key: str) -> Reason | None:
    if not key:
        return None
    reason = Reason.objects.filter(key=key, active=True).first()
    if reason is None:
        raise RuleBroken(
            "unknown-reason",
            _("There is no reason “%(key)s” in use. Choose one of the list.") % {"key": key},
            field="reason",
            kind="invalid",
        )
    return reason


def _known(value: str, allowed: Sequence[str], field: str) -> str:
    if value not in allowed:
        raise RuleBroken(
            f"unknown-{field}",
            _("“%(value)s” is not one of %(allowed)s.")
            % {"value": value, "allowed": ", ".join(allowed)},
            field=field,
            kind="invalid",
        )
    return value


def _subject(subject: str, text: str, reason: Reason | None) -> str:
    """What the matter is called: as said, else the first line of the text, else the reason."""
    first_line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    chosen = subject.strip() or first_line or (reason.name if reason else "")
    if not chosen:
        raise RuleBroken(
            "nothing-said",
            _("Say what it is about: a reason, a subject or a sentence."),
            field="subject",
            kind="invalid",
        )
    return " ".join(chosen.split())[:_SUBJECT]


def _verticals(verticals: Sequence[str] | None, reason: Reason | None) -> list[str]:
    """Which of fulfilment, assurance and billing it serves; what nobody sorted is assurance."""
    chosen = list(dict.fromkeys(verticals or ()))
    for vertical in chosen:
        _known(vertical, VERTICALS, "verticals")
    return chosen or [reason.vertical if reason else "assurance"]


def _serving(channel: str, interaction: Interaction) -> Resolved:
    _known(channel, list(CHANNELS), "channel")
    try:
        version = resolve(CHANNELS[channel].key, unit=str(interaction.public_id))
    except CapabilityOff as off:
        raise RuleBroken("channel-off", str(off), field="channel") from off
    if interaction.direction == Interaction.Direction.INBOUND and not version.config["receives"]:
        raise RuleBroken(
            "channel-takes-nothing-in",
            _("The channel %(channel)s takes nothing in.") % {"channel": channel},
            field="channel",
        )
    return version


def _give(
    interaction: Interaction, owner_id: int | None, team_id: int | None, actor: Actor
) -> None:
    check_colleague(owner_id)
    check_team(team_id)
    mine = owner_id is None and team_id is None and actor.kind == "user"
    interaction.owner_id = actor.pk if mine else owner_id
    interaction.team_id = min(actor.teams, default=None) if mine else team_id


def _insert(interaction: Interaction) -> bool:
    if not interaction.external_id:
        interaction.save(force_insert=True)
        return True
    Interaction.objects.bulk_create([interaction], ignore_conflicts=True)
    stored = Interaction.objects.filter(public_id=interaction.public_id).first()
    if stored is None:
        return False
    interaction.pk = stored.pk
    interaction._state.adding = False
    return True


def _go_on(interaction: Interaction, status: str | None, actor: Actor) -> None:
    """A contact that is reported as already further on passes through what lies between."""
    if not status or status == _Status.LOGGED:
        return
    if status in {_Status.COMPLETED, _Status.CLOSED}:
        from interactions.processes.close_interaction import finish

        finish(interaction=interaction, outcome="resolved", note="", actor=actor)
        return
    if status == _Status.CANCELLED:
        from interactions.processes.close_interaction import call_off

        call_off(interaction=interaction, reason="", actor=actor)
        refold(interaction=interaction, actor=actor)
        return
    _known(status, [str(s) for s in _Status], "status")
    change_status(interaction, status, actor=actor)
