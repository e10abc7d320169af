"""Mediate for partner systems: a trouble ticket is a matter, their message a notice of ours."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from customers.models import Customer
from interactions.models import Communication, Interaction, Message, TroubleTicket
from interactions.processes.close_interaction import cancel, complete
from interactions.processes.log_interaction import log_interaction
from interactions.processes.notify_customer import queue_notice
from interactions.processes.update_interaction import change_fields, remove

ETOM = "1.3.5.9.3"

_Status = Interaction.Status
_PRIORITIES: Final = {"critical": 1, "urgent": 1, "major": 2, "high": 2, "minor": 3, "medium": 3,
                      "low": 4, "trivial": 5}  # fmt: skip
SUBJECT: Final = 250


@transaction.atomic
def open_ticket(
    *,
    customer_id: int | None,
    channel: str,
    subject: str,
    description: str,
    severity: str,
    ticket_type: str,
    status: str,
    as_given: Mapping[str, Any],
    actor: Actor,
) -> TroubleTicket:
    """Open a ticket: a matter with its clocks, kept in the partner's words too."""
    interaction = log_interaction(
        customer_id=customer_id,
        channel=channel,
        subject=subject[:SUBJECT],
        text=description,
        verticals=["assurance"],
        priority=_priority(severity),
        source=actor.name[:60],
        actor=actor,
    )
    _go_on(interaction, status, actor)
    return TroubleTicket.objects.create(
        interaction=interaction,
        severity=severity[:60],
        ticket_type=ticket_type[:120],
        as_given=dict(as_given),
    )


@transaction.atomic
def change_ticket(
    *,
    interaction_id: int,
    fields: Mapping[str, Any],
    as_given: Mapping[str, Any],
    status: str = "",
    expected_revision: int | None = None,
    actor: Actor,
) -> TroubleTicket:
    """Change a ticket in its own words; what they mean for the matter changes with them."""
    require(actor, "interactions.update_interaction")
    seen = TroubleTicket.objects.visible_to(actor)
    ticket = seen.select_for_update(of=("self",)).get(pk=interaction_id)
    if expected_revision is not None and ticket.revision != expected_revision:
        raise RuleBroken(
            "changed-meanwhile",
            _("Somebody changed this meanwhile. Look at it again before you change it."),
            kind="precondition",
        )
    changes = dict(fields)
    if severity := changes.pop("severity", ""):
        ticket.severity = str(severity)[:60]
        changes["priority"] = _priority(ticket.severity)
    if ticket_type := changes.pop("ticket_type", ""):
        ticket.ticket_type = str(ticket_type)[:120]
    ticket.as_given = dict(as_given)
    ticket.save(update_fields=["severity", "ticket_type", "as_given"])
    interaction = change_fields(interaction_id=interaction_id, changes=changes, actor=actor)
    if status:
        _go_on(interaction, status, actor)
    return ticket


@transaction.atomic
def remove_ticket(*, interaction_id: int, actor: Actor) -> None:
    """Take a ticket opened by mistake out of sight, with its matter."""
    ticket = TroubleTicket.objects.visible_to(actor).get(pk=interaction_id)
    remove(interaction_id=interaction_id, actor=actor)
    ticket.removed_at = timezone.now()
    ticket.save(update_fields=["removed_at"])


@transaction.atomic
def ask_to_send(
    *,
    customer_id: int | None,
    subject: str,
    content: str,
    state: str,
    as_given: Mapping[str, Any],
    actor: Actor,
) -> Communication:
    """Keep a message a partner wants sent; it goes to a customer of ours who may be told.

    Whoever is no customer of ours is written to by nobody: the message is kept and says why.
    """
    require(actor, "interactions.update_interaction")
    asked = Communication(
        asked_by=actor.pk, as_given=dict(as_given), state=Communication.State(state)
    )
    customer = (
        Customer.objects.visible_to(actor).live().filter(pk=customer_id).first()
        if customer_id
        else None
    )
    if asked.state != Communication.State.INITIAL:
        asked.save(force_insert=True)
        return asked
    if customer is None or not content.strip():
        asked.because = _("No customer of ours is named.")
        asked.save(force_insert=True)
        return asked
    interaction = log_interaction(
        customer_id=customer.pk,
        channel="api",
        direction="outbound",
        subject=subject or content.strip().partition("\n")[0],
        source=actor.name[:60],
        actor=actor,
    )
    asked.interaction = interaction
    asked.message = queue_notice(
        interaction_id=interaction.pk,
        purpose="service",
        subject=subject or interaction.subject,
        body=content,
        dedupe_key=f"communication:{asked.public_id}",
        actor=actor,
    )
    if asked.message is None:
        asked.state = Communication.State.FAILED
        asked.because = _("The customer may not be told on any channel.")
    asked.save(force_insert=True)
    return asked


@transaction.atomic
def change_communication(
    *,
    communication_id: int,
    as_given: Mapping[str, Any],
    cancelled: bool,
    expected_revision: int | None = None,
    actor: Actor,
) -> Communication:
    """Change what is said about a message; one that has not left yet can be cancelled."""
    require(actor, "interactions.update_interaction")
    asked = _asked(communication_id, actor)
    if expected_revision is not None and asked.revision != expected_revision:
        raise RuleBroken(
            "changed-meanwhile",
            _("Somebody changed this meanwhile. Look at it again before you change it."),
            kind="precondition",
        )
    if not cancelled:
        _reword(asked, as_given)
    asked.as_given = dict(as_given)
    if cancelled:
        _call_off(asked)
        asked.state = Communication.State.CANCELLED
    asked.save(update_fields=["as_given", "state"])
    return asked


def _reword(asked: Communication, as_given: Mapping[str, Any]) -> None:
    """What the partner reads and what the customer gets stay the same text."""
    said = ("subject", "content")
    same = all(as_given.get(name) == asked.as_given.get(name) for name in said)
    if same or asked.message is None:
        return
    message = Message.objects.select_for_update(of=("self",)).get(pk=asked.message.pk)
    if message.state != Message.State.QUEUED or message.handed_over_at is not None:
        raise RuleBroken("has-left", _("This message has left. Send another one."))
    message.subject = str(as_given.get("subject") or message.subject)[:250]
    message.body = str(as_given.get("content") or message.body)
    message.save(update_fields=["subject", "body"])


@transaction.atomic
def remove_communication(*, communication_id: int, actor: Actor) -> None:
    """Take a message out of the partner's sight; what has left stays in the timeline."""
    require(actor, "interactions.update_interaction")
    asked = _asked(communication_id, actor)
    if asked.message is not None and asked.message.state == Message.State.QUEUED:
        _call_off(asked)
    asked.removed_at = timezone.now()
    asked.save(update_fields=["removed_at"])


def _asked(communication_id: int, actor: Actor) -> Communication:
    seen = Communication.objects.visible_to(actor)
    return seen.select_for_update(of=("self",)).get(pk=communication_id)


def _call_off(asked: Communication) -> None:
    if asked.message_id is None:
        return
    waiting = Message.objects.filter(
        pk=asked.message_id, state=Message.State.QUEUED, handed_over_at=None
    )
    if not waiting.update(state=Message.State.DROPPED, last_error=_("Cancelled by the partner.")):
        raise RuleBroken("already-sent", _("The message has left already."), field="state")


def _priority(severity: str) -> int:
    return _PRIORITIES.get(severity.strip().lower(), 3)


def _go_on(interaction: Interaction, status: str, actor: Actor) -> None:
    """Move the matter to where the ticket's word says it is; the same place changes nothing."""
    if status in {"", interaction.status, _Status.LOGGED}:
        return
    if status == _Status.COMPLETED:
        if interaction.status not in {_Status.COMPLETED, _Status.CLOSED}:
            complete(interaction_id=interaction.pk, outcome="resolved", actor=actor)
    elif status == _Status.CANCELLED:
        cancel(interaction_id=interaction.pk, reason=_("Cancelled by the partner"), actor=actor)
    else:
        change_fields(interaction_id=interaction.pk, changes={"status": status}, actor=actor)
