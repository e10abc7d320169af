"""Taken up again, under the same id, while the window is open."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from customers.processes.place_hold import place_hold
from interactions.models import Interaction
from interactions.processes.close_interaction.letting_go import hold, policy_of
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.timeline import append, move, work_on

_Status = Interaction.Status


@transaction.atomic
def reopen(*, interaction_id: int, reason: str, undone: bool = False, actor: Actor) -> Interaction:
    """Take a completed or closed matter up again, under the same id, while the window is open.

    `undone` says that it was ended by mistake: then it did not tell the customer anything either.
    """
    require(actor, "interactions.close_interaction")
    interaction = work_on(interaction_id, actor=actor)
    if interaction.status not in {_Status.COMPLETED, _Status.CLOSED}:
        raise RuleBroken(
            "not-ended",
            _("This is “%(status)s”: there is nothing to reopen.")
            % {"status": interaction.get_status_display()},
            field="status",
            details={"from": interaction.status, "to": str(_Status.IN_PROGRESS)},
        )
    days = int(policy_of(interaction).config["reopen_days"])
    if not _in_window(interaction, days):
        raise RuleBroken(
            "reopen-window-over",
            _("It ended more than %(days)d days ago. Log a new interaction instead.")
            % {"days": days},
        )
    _take_up(interaction, reason, actor, undone=undone)
    refold(interaction=interaction, actor=actor)
    interaction.refresh_from_db()
    return interaction


def reopen_for_message(*, interaction: Interaction, actor: Actor) -> bool:
    """The customer wrote again in a locked matter that had ended: it is taken up once more.

    After the window it stays as it is; whoever receives the message logs a new matter then.
    """
    if interaction.status not in {_Status.COMPLETED, _Status.CLOSED}:
        return False
    if not _in_window(interaction, int(policy_of(interaction).config["reopen_days"])):
        return False
    _take_up(interaction, _("The customer wrote again"), actor)
    return True


def _in_window(interaction: Interaction, days: int) -> bool:
    ended_at = interaction.closed_at or interaction.completed_at
    return ended_at is not None and timezone.now() <= ended_at + timedelta(days=days)


def _take_up(interaction: Interaction, reason: str, actor: Actor, *, undone: bool = False) -> None:
    move(
        interaction,
        _Status.IN_PROGRESS,
        actor=actor,
        completed_at=None,
        closed_at=None,
        outcome="",
        customer_informed="",
        reopened=interaction.reopened + 1,
    )
    about: dict[str, Any] = {"undone": True} if undone else {}
    append(
        interaction,
        "reopened",
        actor=actor,
        reason=reason,
        status=str(_Status.IN_PROGRESS),
        **about,
    )
    hold(place_hold, interaction, reason=interaction.reference)
