"""Who has a matter: taken, handed to a colleague, given to a team, or back to the queue."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from crm.events.catalogue import InteractionUpdated
from crm.events.publish import publish
from interactions.models import Interaction
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.timeline import append, change_status, work_on
from interactions.reads import check_colleague, check_team

_Status = Interaction.Status


@transaction.atomic
def take(*, interaction_id: int, actor: Actor) -> Interaction:
    """Make it mine and start working; taking what I have changes nothing."""
    require(actor, "interactions.update_interaction")
    interaction = still_open(work_on(interaction_id, actor=actor))
    check_colleague(actor.pk)
    hand_to(interaction, actor.pk, actor)
    if interaction.status == _Status.LOGGED:
        change_status(interaction, _Status.IN_PROGRESS, actor=actor)
    interaction.refresh_from_db()
    return interaction


@transaction.atomic
def assign(*, interaction_id: int, owner_id: int | None, actor: Actor) -> Interaction:
    """Hand it to a colleague, or back to the queue."""
    require(actor, "interactions.assign_interaction")
    interaction = still_open(work_on(interaction_id, actor=actor))
    check_colleague(owner_id)
    hand_to(interaction, owner_id, actor)
    interaction.refresh_from_db()
    return interaction


@transaction.atomic
def transfer(
    *, interaction_id: int, team_id: int | None, reason: str = "", actor: Actor
) -> Interaction:
    """Give it to a team's queue; whoever had it no longer does. Its promises stay as they are."""
    require(actor, "interactions.assign_interaction")
    interaction = still_open(work_on(interaction_id, actor=actor))
    check_team(team_id)
    if interaction.team_id != team_id:
        append(
            interaction,
            "transferred",
            actor=actor,
            old=interaction.team_id,
            new=team_id,
            owner=interaction.owner_id,
            reason=reason.strip()[:200],
        )
        interaction.team_id, interaction.owner_id, interaction.return_at = team_id, None, None
        interaction.save(update_fields=["team", "owner", "return_at"])
        publish(
            InteractionUpdated(interaction_id=interaction.pk, changed=["owner", "team"]),
            actor=actor,
        )
        # Each team has its own pace: when a miss is foreseen goes by where it lies now.
        refold(interaction=interaction, actor=actor)
    interaction.refresh_from_db()
    return interaction


def hand_to(
    interaction: Interaction,
    owner_id: int | None,
    actor: Actor,
    *,
    return_at: datetime | None = None,
    because: str = "",
) -> None:
    """Change the owner of a locked matter; with `return_at` it goes back if nobody answers."""
    about: dict[str, Any] = {"because": because} if because else {}
    if interaction.owner_id != owner_id:
        append(
            interaction,
            "assigned",
            actor=actor,
            old=interaction.owner_id,
            new=owner_id,
            **about,
        )
        publish(InteractionUpdated(interaction_id=interaction.pk, changed=["owner"]), actor=actor)
    if (interaction.owner_id, interaction.return_at) != (owner_id, return_at):
        interaction.owner_id, interaction.return_at = owner_id, return_at
        interaction.save(update_fields=["owner", "return_at"])


def still_open(interaction: Interaction) -> Interaction:
    """Refuse to work on what has ended: it is taken up again first, or where it went."""
    if interaction.status in Interaction.ENDED:
        raise RuleBroken(
            "has-ended",
            _("This is “%(status)s”. Nothing was changed.")
            % {"status": interaction.get_status_display()},
            field="status",
            details={"from": interaction.status},
        )
    return interaction
