"""Waiting for a colleague or a partner, and going on."""

from django.db import transaction

from crm.access import Actor, require
from interactions.models import Interaction
from interactions.models.states import WAITING
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.timeline import append, change_status, work_on

_Status = Interaction.Status


@transaction.atomic
def wait_for(*, interaction_id: int, whom: str, note: str = "", actor: Actor) -> Interaction:
    """Wait for a colleague or a partner; waiting for a partner pauses the resolution clock."""
    require(actor, "interactions.update_interaction")
    status = {"internal": _Status.WAITING_INTERNAL, "partner": _Status.WAITING_PARTNER}[whom]
    interaction = work_on(interaction_id, actor=actor)
    change_status(interaction, status, actor=actor)
    if note.strip():
        append(interaction, "note", actor=actor, text=note.strip())
    refold(interaction=interaction, actor=actor)
    interaction.refresh_from_db()
    return interaction


@transaction.atomic
def go_on(*, interaction_id: int, actor: Actor) -> Interaction:
    """Stop waiting and work on; open questions stay open and stay paused for."""
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    if interaction.status in WAITING or interaction.status == _Status.LOGGED:
        change_status(interaction, _Status.IN_PROGRESS, actor=actor)
    refold(interaction=interaction, actor=actor)
    interaction.refresh_from_db()
    return interaction
