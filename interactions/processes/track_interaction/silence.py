"""What silence of a customer means: the one action that was announced when we asked."""

from datetime import datetime

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.access import SYSTEM
from crm.events.catalogue import ResponseTimedOut
from crm.events.publish import publish
from interactions.models import Interaction, ResponseRequest
from interactions.models.states import WAITING
from interactions.processes.notify_customer.staff import tell_about_silence
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.timeline import append, change_status

_log = structlog.get_logger(__name__)
_Action = ResponseRequest.OnSilence

SAID = {
    _Action.ESCALATE: _("The customer did not answer in time: please decide how to go on."),
    _Action.CALL: _("The customer did not answer in time: please call."),
    _Action.PROCEED: _("The customer did not answer in time: go on with the default."),
    _Action.CLOSE: _("The customer did not answer in time: completed for lack of an answer."),
}


def apply_silence(limit: int, now: datetime) -> int:
    """Time out the questions whose answer is overdue; each executes its action once."""
    with transaction.atomic():
        overdue = list(
            ResponseRequest.objects.filter(state=ResponseRequest.State.ASKED, due_at__lte=now)
            .order_by("due_at")
            .select_for_update(skip_locked=True, of=("self",))[:limit]
        )
        return sum(_time_out(request, now) for request in overdue)


def _time_out(request: ResponseRequest, now: datetime) -> bool:
    interaction = (
        Interaction.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(pk=request.interaction_id)
        .first()
    )
    if interaction is None:
        return False
    request.state, request.next_reminder_at = ResponseRequest.State.TIMED_OUT, None
    request.save(update_fields=["state", "next_reminder_at"])
    append(
        interaction,
        "timed_out",
        actor=SYSTEM,
        at=now,
        request=request.pk,
        action=request.on_silence,
    )
    append(interaction, "resume", actor=SYSTEM, at=now, pause_id=f"request:{request.pk}")
    publish(ResponseTimedOut(interaction_id=interaction.pk, request_id=request.pk), actor=SYSTEM)
    _carry_out(request, interaction)
    refold(interaction=interaction)
    return True


def _carry_out(request: ResponseRequest, interaction: Interaction) -> None:
    if interaction.status in Interaction.ENDED:
        return
    if request.on_silence == _Action.ESCALATE:
        interaction.escalation += 1
        interaction.save(update_fields=["escalation"])
        append(
            interaction,
            "escalated",
            actor=SYSTEM,
            level=interaction.escalation,
            reason=request.question,
        )
    if request.on_silence == _Action.CLOSE:
        from interactions.processes.close_interaction import finish

        finish(interaction=interaction, outcome="no-answer", note=request.question, actor=SYSTEM)
    elif interaction.status in WAITING:
        change_status(interaction, Interaction.Status.IN_PROGRESS, actor=SYSTEM)
    tell_about_silence(
        interaction=interaction, request=request, said=SAID[_Action(request.on_silence)]
    )
