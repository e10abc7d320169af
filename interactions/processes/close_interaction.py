"""Close Customer Interaction: the work is done, then the customer knows: two steps, two duties."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import SYSTEM, Actor, require
from crm.errors import RuleBroken
from customers.insight.processes.gather_information import undecided
from customers.processes.place_hold import place_hold, release_hold
from interactions.governed import CLOSE_POLICY
from interactions.models import Interaction, ResponseRequest
from interactions.processes.log_interaction import HOLD
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.timeline import append, move, work_on
from readiness.registry.resolve import CapabilityOff, Resolved, resolve

ETOM = "1.3.5.3"

_Status = Interaction.Status


@transaction.atomic
def complete(*, interaction_id: int, outcome: str, note: str = "", actor: Actor) -> Interaction:
    """The work is done, with this outcome; saying the same again changes nothing."""
    require(actor, "interactions.close_interaction")
    interaction = work_on(interaction_id, actor=actor)
    if interaction.status in {_Status.COMPLETED, _Status.CLOSED} and interaction.outcome == outcome:
        return interaction
    finish(interaction=interaction, outcome=outcome, note=note, actor=actor)
    interaction.refresh_from_db()
    return interaction


def finish(*, interaction: Interaction, outcome: str, note: str, actor: Actor) -> None:
    """Complete a locked interaction: outcome checked, clocks stopped, timeline written."""
    policy = _policy(interaction)
    if outcome not in policy.config["outcomes"]:
        raise RuleBroken(
            "outcome-missing",
            _("Choose how it ended: %(outcomes)s.")
            % {"outcomes": ", ".join(policy.config["outcomes"])},
            field="outcome",
            kind="invalid",
        )
    now = timezone.now()
    move(
        interaction,
        _Status.COMPLETED,
        actor=actor,
        completed_at=now,
        outcome=outcome,
        outcome_note=note,
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


@transaction.atomic
def close(*, interaction_id: int, informed_by: str, actor: Actor) -> Interaction:
    """The customer knows and nothing is left open; closing again changes nothing."""
    require(actor, "interactions.close_interaction")
    interaction = work_on(interaction_id, actor=actor)
    if interaction.status == _Status.CLOSED:
        return interaction
    policy = _policy(interaction)
    _nothing_open(interaction, informed_by, policy)
    if interaction.status != _Status.COMPLETED:
        raise RuleBroken(
            "not-completed",
            _("Complete it with an outcome first, then close it."),
            field="status",
            details={"from": interaction.status, "to": str(_Status.CLOSED)},
        )
    now = timezone.now()
    move(interaction, _Status.CLOSED, actor=actor, closed_at=now, customer_informed=informed_by)
    append(
        interaction,
        "closed",
        actor=actor,
        at=now,
        informed_by=informed_by,
        status=str(_Status.CLOSED),
        capability_version=policy.version_id,
    )
    _hold(release_hold, interaction)
    refold(interaction=interaction, actor=actor)
    interaction.refresh_from_db()
    return interaction


@transaction.atomic
def reopen(*, interaction_id: int, reason: str, actor: Actor) -> Interaction:
    """Take a completed or closed matter up again, under the same id, while the window is open."""
    require(actor, "interactions.close_interaction")
    interaction = work_on(interaction_id, actor=actor)
    ended_at = interaction.closed_at or interaction.completed_at
    if interaction.status not in {_Status.COMPLETED, _Status.CLOSED} or ended_at is None:
        raise RuleBroken(
            "not-ended",
            _("This is “%(status)s”: there is nothing to reopen.")
            % {"status": interaction.get_status_display()},
            field="status",
        )
    days = int(_policy(interaction).config["reopen_days"])
    if timezone.now() > ended_at + timedelta(days=days):
        raise RuleBroken(
            "reopen-window-over",
            _("It ended more than %(days)d days ago. Log a new interaction instead.")
            % {"days": days},
        )
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
    append(interaction, "reopened", actor=actor, reason=reason, status=str(_Status.IN_PROGRESS))
    _hold(place_hold, interaction, reason=interaction.reference)
    refold(interaction=interaction, actor=actor)
    interaction.refresh_from_db()
    return interaction


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
    move(interaction, _Status.CANCELLED, actor=actor, closed_at=now)
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
    _hold(release_hold, interaction)


def _nothing_open(interaction: Interaction, informed_by: str, policy: Resolved) -> None:
    """Every open item is named at once, so that nobody has to try three times."""
    items = []
    if informed_by not in policy.config["informed_by"]:
        raise RuleBroken(
            "customer-not-informed",
            _("Say how the customer was told, or that it was impossible."),
            field="informed_by",
            kind="invalid",
        )
    questions = interaction.requests.filter(state=ResponseRequest.State.ASKED).count()
    if questions:
        items.append(_("a question to the customer without an answer"))
    facts = undecided(interaction.public_id).count()
    if facts and policy.config.get("needs_fact_decision", True):
        items.append(_("%(n)d proposed facts to accept or reject") % {"n": facts})
    if items:
        raise RuleBroken(
            "something-open",
            _("Still open: %(items)s. Nothing was changed.") % {"items": "; ".join(items)},
            details={"questions": questions, "facts": facts},
        )


def _policy(interaction: Interaction) -> Resolved:
    try:
        return resolve(CLOSE_POLICY.key, unit=str(interaction.public_id))
    except CapabilityOff as off:
        raise RuleBroken("closing-off", str(off)) from off


def withdraw_questions(interaction: Interaction) -> None:
    interaction.requests.filter(state=ResponseRequest.State.ASKED).update(
        state=ResponseRequest.State.WITHDRAWN
    )


def _hold(process: Any, interaction: Interaction, **more: str) -> None:
    # The product itself holds and lets go: it is no wish of whoever closes.
    if interaction.customer_id is not None:
        process(
            customer_id=interaction.customer_id,
            kind=HOLD,
            reference=str(interaction.public_id),
            actor=SYSTEM,
            **more,
        )
