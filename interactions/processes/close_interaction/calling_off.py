"""Ending without a result: spam, a test, a mistake."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.access import Actor, require
from customers.processes.place_hold import release_hold
from interactions.models import Interaction
from interactions.processes.close_interaction.letting_go import hold, withdraw_questions
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.timeline import append, move, work_on

_Status = Interaction.Status


@transaction.atomic
def cancel(*, interaction_id: int, reason: str, actor: Actor) -> Interaction:
    """End it without a result (spam, a test, a mistake); its clocks are cancelled, not judged."""
    require(actor, "interactions.close_interaction")
    interaction = work_on(interaction_id, actor=actor)
    if interaction.status == _Status.CANCELLED:
        return interaction
    call_off(interaction=interaction, reason=reason, actor=actor)
    refold(interaction=interaction, actor=actor)
    interaction.refresh_from_db()
    return interaction


def call_off(*, interaction: Interaction, reason: str, actor: Actor, **about: Any) -> None:
    """Cancel a locked interaction: dated, its questions withdrawn, its customer let go."""
    now = timezone.now()
    move(
        interaction,
        _Status.CANCELLED,
        actor=actor,
        closed_at=now,
        return_at=None,
        snoozed_until=None,
    )
    append(
        interaction,
        "cancelled",
        actor=actor,
        at=now,
        reason=reason,
        status=str(_Status.CANCELLED),
        **about,
    )
    withdraw_questions(interaction)
    hold(release_hold, interaction)
