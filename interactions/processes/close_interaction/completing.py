"""The work is done: an outcome is named and the clocks stop."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from interactions.models import Interaction
from interactions.processes.close_interaction.letting_go import policy_of
from interactions.processes.fill_own_fields import nothing_missing
from interactions.processes.settle_subjects import nothing_unsettled
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.timeline import append, move, work_on

_Status = Interaction.Status


@transaction.atomic
def complete(*, interaction_id: int, outcome: str, note: str = "", actor: Actor) -> Interaction:
    """The work is done, with this outcome; saying the same again changes nothing."""
    require(actor, "interactions.close_interaction")
    interaction = work_on(interaction_id, actor=actor)
    if interaction.status in {_Status.COMPLETED, _Status.CLOSED} and interaction.outcome == outcome:
        return interaction
    # What the machine ends (silence, history) nobody is there to fill in for.
    if actor.kind != "system":
        nothing_missing(interaction)
    finish(interaction=interaction, outcome=outcome, note=note, actor=actor)
    interaction.refresh_from_db()
    return interaction


def finish(*, interaction: Interaction, outcome: str, note: str, actor: Actor) -> None:
    """Complete a locked interaction: outcome checked, clocks stopped, timeline written."""
    policy = policy_of(interaction)
    if outcome not in policy.config["outcomes"]:
        raise RuleBroken(
            "outcome-missing",
            _("Choose how it ended: %(outcomes)s.")
            % {"outcomes": ", ".join(policy.config["outcomes"])},
            field="outcome",
            kind="invalid",
        )
    nothing_unsettled(interaction)
    now = timezone.now()
    move(
        interaction,
        _Status.COMPLETED,
        actor=actor,
        completed_at=now,
        outcome=outcome,
        outcome_note=note,
        return_at=None,
        snoozed_until=None,
    )
    append(
        interaction,
        "completed",
        actor=actor,
        at=now,
        outcome=outcome,
        status=str(_Status.COMPLETED),
        capability_version=policy.version_id,
    )
    refold(interaction=interaction, actor=actor)
