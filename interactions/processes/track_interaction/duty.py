"""The duty before the deadline: find what is due, act once, and never look at anything else."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils import timezone

from crm.access import SYSTEM, Actor, require
from crm.events.catalogue import SlaBreached, SlaInJeopardy
from crm.events.publish import publish
from interactions import clock as engine
from interactions.models import ArmedClock, Commitment, Interaction, SlaClock, StageNotice
from interactions.processes.notify_customer.staff import alarm_staff, ask_for_call, tell_staff
from interactions.processes.track_interaction.crediting import credit_due
from interactions.processes.track_interaction.folding import Folded, fold_events, refold
from interactions.processes.track_interaction.promising import promise_anew
from interactions.processes.track_interaction.stages import BREACH, CONTRACT, Due, pending, win
from interactions.processes.track_interaction.timeline import append

_log = structlog.get_logger(__name__)
_POISONED_FOR: Final = timedelta(hours=1)


def fire_due(limit: int, now: datetime, *, passed_by: set[int] | None = None) -> int:
    """Act on at most `limit` due clocks in one transaction; returns how many were claimed.

    Two workers never claim the same row. A clock whose interaction somebody is working on is
    passed by: their own work re-folds it, and the next tick comes in seconds. A row that fails
    is put back for an hour and said aloud, the others go on.
    """
    passed_by = set() if passed_by is None else passed_by
    with transaction.atomic():
        claimed = list(ArmedClock.objects.claim(limit, now, passed_by=passed_by))
        for row in claimed:
            try:
                with transaction.atomic():
                    if not _fire(row.clock_id, now):
                        passed_by.add(row.clock_id)
            except Exception as problem:  # one bad row must not stop the duty for all others
                _poisoned(row, now, problem)
    return len(claimed)


@transaction.atomic
def fire_now(*, clock_id: int, now: datetime, actor: Actor) -> bool:
    """Let the next tick look at a clock: after what poisoned it was mended."""
    require(actor, "interactions.update_interaction")
    seen = Interaction.objects.visible_to(actor)
    armed = ArmedClock.objects.filter(clock=clock_id, clock__interaction__in=seen)
    return bool(armed.filter(next_fire_at__gt=now).update(next_fire_at=now))


def _fire(clock_id: int, now: datetime) -> bool:
    """Act on one clock; False when its interaction is being worked on right now."""
    clock = SlaClock.objects.get(pk=clock_id)
    interaction = (
        Interaction.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(pk=clock.interaction_id)
        .first()
    )
    if interaction is None:
        return False
    # A long tick must not undo what was done since it began.
    now = max(now, timezone.now())
    folded = fold_events(interaction.events.order_by("seq"), now=now)
    _act(interaction, clock, folded[(clock.target, clock.cycle)], now)
    refold(interaction=interaction, now=now)
    return True


def _act(interaction: Interaction, clock: SlaClock, one: Folded, now: datetime) -> None:
    done = set(StageNotice.objects.filter(clock=clock).values_list("commitment_no", "stage"))
    passed = [due for due in pending(clock, one.view, done) if due.fires_at <= engine.seconds(now)]
    if not passed:
        return
    highest = max(passed, key=lambda due: (due.number, due.percent))
    won = [due for due in passed if win(clock, due.number, due.percent, superseded=due != highest)]
    if any(due.number == CONTRACT for due in won):
        _record(interaction, clock, one, won)
    for due in won:
        if due.percent == BREACH:
            credit_due(clock, due.number, SYSTEM)
    if highest in won:
        _tell(interaction, clock, one, highest, won=won, now=now)


def _record(interaction: Interaction, clock: SlaClock, one: Folded, won: list[Due]) -> None:
    """Risk and breach of the contract, each once."""
    percents = {due.percent for due in won if due.number == CONTRACT}
    at_risk = int(one.policy.get("at_risk_stage", 90))
    broken = BREACH in percents
    if max(percents) >= at_risk and clock.jeopardy_at is None:
        reached = one.view.stage_at(at_risk)
        clock.jeopardy_at = engine.moment(reached) if reached is not None else None
        clock.save(update_fields=["jeopardy_at"])
        if not broken:
            append(interaction, "at_risk", actor=SYSTEM, target=clock.target, cycle=clock.cycle)
            publish(
                SlaInJeopardy(
                    interaction_id=interaction.pk, clock_id=clock.pk, stage=max(percents)
                ),
                actor=SYSTEM,
            )
    if broken:
        append(interaction, "breached", actor=SYSTEM, target=clock.target, cycle=clock.cycle)
        publish(SlaBreached(interaction_id=interaction.pk, clock_id=clock.pk), actor=SYSTEM)


def _tell(
    interaction: Interaction,
    clock: SlaClock,
    one: Folded,
    due: Due,
    *,
    won: list[Due],
    now: datetime,
) -> None:
    audience = _audience(one.policy, won)
    if audience:
        tell_staff(
            interaction=interaction,
            clock=clock,
            audience=audience,
            percent=due.percent,
            number=due.number,
        )
    notice = one.policy.get("customer_notice", {})
    wanted = (
        notice.get("automatic")
        and due.percent >= notice["stage"]
        and clock.target in notice["targets"]
        and clock.commitment_no == due.number
        and interaction.direction == Interaction.Direction.INBOUND
    )
    if wanted:
        _promise(interaction, clock, one, now, int(notice.get("extend_percent", 50)))


def _promise(
    interaction: Interaction, clock: SlaClock, one: Folded, now: datetime, percent: int
) -> None:
    """Tell the customer the next date we can keep, before they have to ask."""
    new_due = proposed_due(one.view, now=engine.seconds(now), percent=percent)
    if new_due is None:
        return
    promise = promise_anew(
        interaction=interaction,
        clock=clock,
        due_at=engine.moment(new_due),
        origin=Commitment.Origin.AUTO,
        reason=f"{clock.target} at risk",
        actor=SYSTEM,
    )
    if promise.notice_id is None:
        ask_for_call(interaction=interaction, clock=clock, promise=promise)


def proposed_due(view: engine.ClockView, *, now: int, percent: int) -> int | None:
    """The later of now and the old due time, plus a share of the target in clock time."""
    if view.track is None:
        return None
    start = max(now, view.due_at or now)
    extra = -(-view.effective_target * percent // 100)
    return engine.Track(start, view.track.calendars, view.track.pauses).reach(extra)


def _audience(policy: Mapping[str, Any], won: list[Due]) -> frozenset[str]:
    """Everybody who should have been told of a stage that passed, also of those passed over."""
    tell = policy.get("tell", {})
    return frozenset(person for due in won for person in tell.get(str(due.percent), ()))


def _poisoned(row: ArmedClock, now: datetime, problem: Exception) -> None:
    row.next_fire_at = now + _POISONED_FOR
    row.save(update_fields=["next_fire_at"])
    _log.error("sla.clock_poisoned", clock_id=row.clock_id, problem=repr(problem))
    alarm_staff(clock_id=row.clock_id, problem=repr(problem), at=now)
