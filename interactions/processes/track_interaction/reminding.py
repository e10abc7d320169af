"""Ask again while there is still time to answer: each reminder once, none after the answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.access import SYSTEM
from interactions.governed import WORK_POLICY
from interactions.models import Interaction, ResponseRequest
from interactions.processes.notify_customer.queueing import reminder_notice
from interactions.processes.track_interaction.timeline import append
from readiness.registry.resolve import CapabilityOff, resolve


def first_reminder(
    interaction: Interaction, *, asked_at: datetime, due_at: datetime
) -> datetime | None:
    """When a question is brought back to mind first; None where nobody wants that."""
    return next(iter(reminders(_policy(interaction), asked_at=asked_at, due_at=due_at)), None)


def reminders(config: Mapping[str, Any], *, asked_at: datetime, due_at: datetime) -> list[datetime]:
    """The instants at which a question is repeated, soonest first."""
    return [
        asked_at + (due_at - asked_at) * percent // 100
        for percent in config.get("reminders_at_percent", ())
    ]


def remind_due(limit: int, now: datetime) -> int:
    """Repeat the questions whose next reminder is due; returns how many were looked at."""
    with transaction.atomic():
        due = list(
            ResponseRequest.objects.filter(
                state=ResponseRequest.State.ASKED, next_reminder_at__lte=now
            )
            .order_by("next_reminder_at")
            .select_for_update(skip_locked=True, of=("self",))[:limit]
        )
        return sum(_remind(request, now) for request in due)


def _remind(request: ResponseRequest, now: datetime) -> bool:
    interaction = (
        Interaction.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(pk=request.interaction_id)
        .first()
    )
    if interaction is None:
        return False
    planned = reminders(_policy(interaction), asked_at=request.asked_at, due_at=request.due_at)
    # After an outage the reminders that were missed are one, and none comes after the time is up.
    request.next_reminder_at = next((at for at in planned if at > now), None)
    if now >= request.due_at or interaction.status in Interaction.ENDED:
        request.save(update_fields=["next_reminder_at"])
        return True
    request.reminders_sent += 1
    request.save(update_fields=["next_reminder_at", "reminders_sent"])
    message = reminder_notice(
        interaction=interaction, request=request, number=request.reminders_sent
    )
    append(
        interaction,
        "reminded",
        actor=SYSTEM,
        at=now,
        channel=message.channel if message else "",
        request=request.pk,
        number=request.reminders_sent,
        message=str(message.public_id) if message else None,
    )
    return True


def _policy(interaction: Interaction) -> Mapping[str, Any]:
    try:
        return resolve(WORK_POLICY.key, unit=str(interaction.public_id)).config
    except CapabilityOff:
        return {}
