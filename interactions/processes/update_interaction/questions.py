"""Questions to the customer, and what an answer does to them."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from crm.events.catalogue import ResponseReceived, ResponseRequested
from crm.events.publish import publish
from interactions.models import Interaction, ResponseRequest
from interactions.processes.notify_customer.queueing import question_notice
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.reminding import first_reminder
from interactions.processes.track_interaction.timeline import append, change_status, work_on

_Status = Interaction.Status
_State = ResponseRequest.State


@transaction.atomic
def ask_customer(
    *,
    interaction_id: int,
    question: str,
    due_at: datetime,
    on_silence: str,
    silence_note: str = "",
    actor: Actor,
) -> ResponseRequest:
    """Ask the customer something, by when, and what silence means; the clock pauses with it."""
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    _askable(question, due_at, on_silence)
    change_status(interaction, _Status.WAITING_CUSTOMER, actor=actor)
    now = timezone.now()
    request = ResponseRequest.objects.create(
        interaction=interaction,
        question=question.strip()[:300],
        on_silence=ResponseRequest.OnSilence(on_silence),
        silence_note=silence_note.strip()[:200],
        asked_at=now,
        due_at=due_at,
        next_reminder_at=first_reminder(interaction, asked_at=now, due_at=due_at),
    )
    if interaction.return_at is not None:
        interaction.return_at = None
        interaction.save(update_fields=["return_at"])
    _say_asked(interaction, request, actor)
    question_notice(interaction=interaction, request=request)
    refold(interaction=interaction, actor=actor)
    return request


@transaction.atomic
def withdraw_question(*, interaction_id: int, request_id: int, actor: Actor) -> ResponseRequest:
    """We no longer need the answer; what waited for it goes on from now."""
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    request = interaction.requests.get(pk=request_id)
    if request.state == _State.ASKED:
        request.state, request.next_reminder_at = _State.WITHDRAWN, None
        request.save(update_fields=["state", "next_reminder_at"])
        append(interaction, "question_withdrawn", actor=actor, request=request.pk)
        append(interaction, "resume", actor=actor, pause_id=f"request:{request.pk}")
        _nothing_to_wait_for(interaction, actor)
        refold(interaction=interaction, actor=actor)
    return request


def answered(interaction: Interaction, at: datetime, channel: str | None, actor: Actor) -> None:
    """Whatever the customer says answers what we asked; the clock goes on from that instant."""
    asked = list(interaction.requests.filter(state=_State.ASKED))
    for request in asked:
        request.state, request.answered_at, request.next_reminder_at = _State.ANSWERED, at, None
        request.save(update_fields=["state", "answered_at", "next_reminder_at"])
        append(
            interaction,
            "answered",
            actor=actor,
            at=at,
            channel=channel or interaction.channel,
            request=request.pk,
        )
        append(interaction, "resume", actor=actor, at=at, pause_id=f"request:{request.pk}")
        publish(ResponseReceived(interaction_id=interaction.pk, request_id=request.pk), actor=actor)
    if asked:
        _nothing_to_wait_for(interaction, actor)


def _nothing_to_wait_for(interaction: Interaction, actor: Actor) -> None:
    waits = interaction.requests.filter(state=_State.ASKED).exists()
    if interaction.status == _Status.WAITING_CUSTOMER and not waits:
        change_status(interaction, _Status.IN_PROGRESS, actor=actor)


def _askable(question: str, due_at: datetime, on_silence: str) -> None:
    if due_at <= timezone.now():
        raise RuleBroken(
            "due-in-the-past",
            _("Give the customer until a time that is still to come."),
            field="due_at",
            kind="invalid",
        )
    if not question.strip():
        raise RuleBroken(
            "nothing-asked", _("Write what you ask."), field="question", kind="invalid"
        )
    if on_silence not in ResponseRequest.OnSilence.values:
        raise RuleBroken(
            "unknown-silence",
            _("Say what silence means: one of %(known)s.")
            % {"known": ", ".join(ResponseRequest.OnSilence.values)},
            field="on_silence",
            kind="invalid",
        )


def _say_asked(interaction: Interaction, request: ResponseRequest, actor: Actor) -> None:
    append(
        interaction,
        "asked",
        actor=actor,
        at=request.asked_at,
        request=request.pk,
        question=request.question,
        due_at=request.due_at.isoformat(),
        on_silence=str(request.on_silence),
    )
    append(
        interaction,
        "pause",
        actor=actor,
        at=request.asked_at,
        reason_class="waiting_customer",
        reason="waiting_customer",
        pause_id=f"request:{request.pk}",
    )
    publish(ResponseRequested(interaction_id=interaction.pk, request_id=request.pk), actor=actor)
