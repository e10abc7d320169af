"""Mediate for partner systems: a trouble ticket is a matter, their message a notice of ours."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import SYSTEM, Actor, require
from crm.errors import RuleBroken, without_rows
from customers import consent_catalogue
from customers.models import ConsentPurpose, Customer
from interactions.channels.contract import Enclosure
from interactions.models import Attachment, Communication, Interaction, Message, TroubleTicket
from interactions.processes.close_interaction import cancel, complete
from interactions.processes.log_interaction import log_interaction
from interactions.processes.notify_customer import queue_notice
from interactions.processes.notify_customer.queueing import SERVICE
from interactions.processes.notify_customer.staff import alarm_not_planned
from interactions.processes.receive_message.enclosing import lay_by
from interactions.processes.update_interaction import change_fields, remove

ETOM = "1.3.5.9.3"

_log = structlog.get_logger(__name__)
_FIRST_RETRY: Final = timedelta(minutes=1)
_LONGEST_RETRY: Final = timedelta(hours=1)
_TRIES: Final = 8
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
    send_at: datetime | None = None,
    files: Sequence[Enclosure] = (),
    actor: Actor,
) -> Communication:
    """Keep a message a partner wants sent; it goes to a customer of ours who may be told.

    Whoever is no customer of ours is written to by nobody: the message is kept and says why.
    With `send_at` in the future it waits for that time; the channel, the permission and the hour
    are asked then.
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
        # It is told, and asks nothing of an agent.
        status=_Status.COMPLETED,
        actor=actor,
    )
    asked.interaction = interaction
    lay_by(interaction.pk, files)
    if send_at is not None and send_at > timezone.now():
        asked.send_at = send_at
    else:
        _plan(asked, actor)
    asked.save(force_insert=True)
    return asked


def send_planned(limit: int, now: datetime) -> int:
    """Take up messages whose time has come; returns how many were looked at.

    One that fails is tried again later each time, and in the end given up and said aloud.
    """
    with transaction.atomic():
        due = Communication.objects.due(now).select_for_update(skip_locked=True, of=("self",))
        found = list(due.select_related("interaction").order_by("send_at", "pk")[:limit])
        for asked in found:
            try:
                with transaction.atomic():
                    _plan(asked, SYSTEM)
            except Exception as problem:  # one message must not hold up all those behind it
                if not connection.is_usable():
                    raise
                _log.exception("communication.not_planned", communication=str(asked.public_id))
                _try_later(asked, now, problem)
            asked.save(update_fields=["message", "state", "because", "send_at", "tries"])
    return len(found)


def _try_later(asked: Communication, now: datetime, problem: Exception) -> None:
    # What the failed try had come to was rolled back, the message it names too.
    asked.message, asked.tries = None, asked.tries + 1
    if asked.tries < _TRIES:
        asked.state, asked.because = Communication.State.INITIAL, ""
        asked.send_at = now + min(_FIRST_RETRY * 2 ** (asked.tries - 1), _LONGEST_RETRY)
        return
    asked.send_at = None
    _fail(asked, _("It could not be sent; administrators were told."))
    alarm_not_planned(asked=asked, problem=without_rows(problem))


def _plan(asked: Communication, actor: Actor) -> None:
    """Make it a notice to the customer on a channel permitted now, with the files laid by."""
    asked.send_at = None
    interaction = asked.interaction
    if interaction is None or interaction.removed_at or not _is_ours(interaction):
        _fail(asked, _("The customer is no longer ours."))
        return
    files = Attachment.objects.filter(interaction=interaction, message=None)
    held = files.filter(state=Attachment.State.HELD).values_list("name", flat=True).first()
    if held is not None:
        _fail(asked, _("“%(name)s” was held back.") % {"name": held})
        return
    asked.message = queue_notice(
        interaction_id=interaction.pk,
        purpose=_purpose(asked.as_given),
        subject=str(asked.as_given.get("subject") or interaction.subject),
        body=str(asked.as_given.get("content") or interaction.subject),
        dedupe_key=f"communication:{asked.public_id}",
        with_files=files.exists(),
        actor=actor,
    )
    if asked.message is None:
        _fail(asked, _("The customer may not be told on any channel."))
        return
    files.update(message=asked.message)


def _purpose(as_given: Mapping[str, Any]) -> str:
    """What the partner says it is for, by a characteristic; nobody claims that the law wants it."""
    for one in as_given.get("characteristic") or ():
        if one.get("name") == "purpose":
            said = str(one.get("value", ""))[:40]
            legal = ConsentPurpose.objects.filter(key=said, basis=ConsentPurpose.Basis.LEGAL)
            shipped = consent_catalogue.shipped(said)
            by_law = legal.exists() or (shipped and shipped.basis == ConsentPurpose.Basis.LEGAL)
            return SERVICE if by_law else said
    return SERVICE


def _is_ours(interaction: Interaction) -> bool:
    customers = Customer.objects.live().filter(removed_at=None)
    return customers.filter(pk=interaction.customer_id or 0).exists()


def _fail(asked: Communication, because: str) -> None:
    asked.state, asked.because = Communication.State.FAILED, because[:200]


@transaction.atomic
def change_communication(
    *,
    communication_id: int,
    as_given: Mapping[str, Any],
    cancelled: bool,
    send_at: datetime | None = None,
    files: Sequence[Enclosure] | None = None,
    expected_revision: int | None = None,
    actor: Actor,
) -> Communication:
    """Change what is said about a message; one that has not left yet can be cancelled.

    One that waits for its time can be given another time and, with `files`, other files.
    """
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
        _refile(asked, files)
    asked.as_given = dict(as_given)
    if cancelled:
        _call_off(asked)
        asked.state = Communication.State.CANCELLED
    elif send_at is not None:
        _at_another_time(asked, send_at)
    asked.save(update_fields=["as_given", "state", "send_at"])
    return asked


def _at_another_time(asked: Communication, send_at: datetime) -> None:
    if asked.message is None:
        if asked.send_at is not None:
            asked.send_at = send_at
        return
    message = _still_here(asked.message.pk)
    message.available_at = max(send_at, timezone.now())
    message.save(update_fields=["available_at"])


def _refile(asked: Communication, files: Sequence[Enclosure] | None) -> None:
    if files is None or asked.interaction_id is None:
        return
    if asked.send_at is None:
        raise RuleBroken("has-left", _("This message has left. Send another one."))
    Attachment.objects.filter(interaction=asked.interaction_id, message=None).delete()
    lay_by(asked.interaction_id, files)


def _reword(asked: Communication, as_given: Mapping[str, Any]) -> None:
    """What the partner reads and what the customer gets stay the same text."""
    said = ("subject", "content")
    same = all(as_given.get(name) == asked.as_given.get(name) for name in said)
    if same or asked.message is None:
        return
    message = _still_here(asked.message.pk)
    message.subject = str(as_given.get("subject") or message.subject)[:250]
    message.body = str(as_given.get("content") or message.body)
    message.save(update_fields=["subject", "body"])


def _still_here(message_id: int) -> Message:
    message = Message.objects.select_for_update(of=("self",)).get(pk=message_id)
    if message.state != Message.State.QUEUED or message.handed_over_at is not None:
        raise RuleBroken("has-left", _("This message has left. Send another one."))
    return message


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
