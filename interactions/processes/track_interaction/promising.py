"""A new promise beside the old one: number 1 is the contract and stays as it was."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from crm.events.catalogue import CommitmentMade
from crm.events.publish import publish
from crm.gathering import insert, update
from customers.contactability import Reachability
from interactions.models import Commitment, Interaction, Message, SlaClock
from interactions.processes.notify_customer.queueing import delay_notice
from interactions.processes.track_interaction.folding import fold_events, keep, refold
from interactions.processes.track_interaction.matters import Matter, read_matters
from interactions.processes.track_interaction.stages import CONTRACT, UNLIKELY, win
from interactions.processes.track_interaction.timeline import append, work_on


@transaction.atomic
def make_promise(
    *, clock_id: int, due_at: datetime, reason: str, text: str = "", actor: Actor
) -> Commitment:
    """Promise the customer a new date, and tell them on the channel they permit and prefer."""
    require(actor, "interactions.update_interaction")
    about = SlaClock.objects.only("interaction_id").get(pk=clock_id)
    interaction = work_on(about.interaction_id, actor=actor)
    (matter,) = read_matters([interaction])
    folded = fold_events(matter.events, now=timezone.now())
    clock = keep(matter, folded, actor=actor)[_key(clock_id)]
    if clock.stopped_at is not None:
        raise RuleBroken(
            "promise-is-over",
            _("This promise is already %(state)s. There is nothing to promise anew.")
            % {"state": clock.get_state_display().lower()},
        )
    if due_at <= timezone.now():
        raise RuleBroken(
            "promise-in-the-past",
            _("Promise a time that is still to come."),
            field="due_at",
            kind="invalid",
        )
    promise = promise_anew(
        matter=matter,
        clock=clock,
        due_at=due_at,
        origin=Commitment.Origin.AGENT,
        reason=reason,
        text=text,
        actor=actor,
    )
    keep(matter, folded, actor=actor)
    return promise


@transaction.atomic
def stand_by(*, clock_id: int, actor: Actor) -> SlaClock:
    """Whoever works on it knows better than the queue: it will be in time, nobody is told else.

    What was foreseen stays on the timeline; the stages of the policy go on as ever.
    """
    require(actor, "interactions.update_interaction")
    about = SlaClock.objects.only("interaction_id").get(pk=clock_id)
    interaction = work_on(about.interaction_id, actor=actor)
    clock = SlaClock.objects.get(pk=clock_id)
    if clock.predicted_end_at is None:
        return clock
    clock.predicted_end_at = None
    clock.save(update_fields=["predicted_end_at"])
    win(clock, CONTRACT, UNLIKELY, superseded=True)
    append(interaction, "stood_by", actor=actor, target=clock.target, cycle=clock.cycle)
    refold(interaction=interaction, actor=actor)
    clock.refresh_from_db()
    return clock


def promise_anew(
    *,
    matter: Matter,
    clock: SlaClock,
    due_at: datetime,
    origin: Commitment.Origin,
    reason: str,
    text: str = "",
    reachability: Reachability | None = None,
    actor: Actor,
) -> Commitment:
    """Write promise n + 1 with its message; without a permitted channel somebody has to call."""
    number = clock.commitment_no + 1
    promises = matter.promises[clock.pk]
    old_due = _standing(clock, promises)
    for earlier in promises:
        if earlier.number > 1 and earlier.outcome == Commitment.Outcome.OPEN:
            earlier.outcome = Commitment.Outcome.REPLACED
            update(earlier, "outcome")
    message: Message | None = delay_notice(
        interaction=matter.interaction,
        old_due=old_due,
        new_due=due_at,
        text=text,
        clock_id=clock.pk,
        dedupe_key=f"clock:{clock.pk}:delay:{number}",
        reachability=reachability,
    )
    promise = Commitment(
        clock=clock,
        number=number,
        due_at=due_at,
        origin=origin,
        reason=reason[:200],
        proposed_by=actor.name,
        notice=message,
    )
    insert(promise)
    promises.append(promise)
    clock.commitment_no = number
    update(clock, "commitment_no")
    _say_promised(matter.interaction, clock, promise, actor)
    return promise


def _say_promised(
    interaction: Interaction, clock: SlaClock, promise: Commitment, actor: Actor
) -> None:
    message, due_at = promise.notice, promise.due_at
    append(
        interaction,
        "promise_made",
        actor=actor,
        channel=message.channel if message else "",
        target=clock.target,
        cycle=clock.cycle,
        number=promise.number,
        due_at=due_at.isoformat() if due_at else None,
        reason=promise.reason,
        origin=str(promise.origin),
        message=str(message.public_id) if message else None,
    )
    publish(
        CommitmentMade(interaction_id=interaction.pk, clock_id=clock.pk, number=promise.number),
        actor=actor,
    )


def _standing(clock: SlaClock, promises: Sequence[Commitment]) -> datetime | None:
    latest = promises[-1] if promises else None
    return latest.due_at if latest and latest.number > 1 else clock.due_at


def _key(clock_id: int) -> tuple[str, int]:
    target, cycle = SlaClock.objects.values_list("target", "cycle").get(pk=clock_id)
    return target, cycle
