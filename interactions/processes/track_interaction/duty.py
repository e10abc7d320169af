"""The duty before the deadline: find what is due, act once, and never look at anything else."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils import timezone

from crm.access import SYSTEM, Actor, require
from crm.events.catalogue import SlaBreached, SlaInJeopardy
from crm.events.publish import publish
from crm.gathering import gathered, update
from customers.contactability import Reachability
from interactions import clock as engine
from interactions.models import ArmedClock, Commitment, Interaction, SlaClock
from interactions.processes.notify_customer.queueing import SERVICE
from interactions.processes.notify_customer.staff import (
    Colleagues,
    alarm_staff,
    ask_for_call,
    tell_staff,
)
from interactions.processes.track_interaction.crediting import credit_due
from interactions.processes.track_interaction.folding import Folded, fold_events, keep
from interactions.processes.track_interaction.matters import Matter, read_matters
from interactions.processes.track_interaction.promising import promise_anew
from interactions.processes.track_interaction.stages import (
    BREACH,
    CONTRACT,
    Due,
    Try,
    pending,
    win_all,
)
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
        passed_by |= _fire_or_halve(claimed, now)
    return len(claimed)


@transaction.atomic
def fire_now(*, clock_id: int, now: datetime, actor: Actor) -> bool:
    """Let the next tick look at a clock: after what poisoned it was mended."""
    require(actor, "interactions.update_interaction")
    seen = Interaction.objects.visible_to(actor)
    armed = ArmedClock.objects.filter(clock=clock_id, clock__interaction__in=seen)
    return bool(armed.filter(next_fire_at__gt=now).update(next_fire_at=now))


def _fire_or_halve(rows: list[ArmedClock], now: datetime) -> set[int]:
    """Act on these, or on half of them at a time until the one that fails stands alone."""
    if not rows:
        return set()
    try:
        with transaction.atomic():
            return _fire([row.clock_id for row in rows], now)
    except Exception as problem:  # one bad row must not stop the duty for all others
        if len(rows) == 1:
            _poisoned(rows[0], now, problem)
            return set()
    middle = len(rows) // 2
    return _fire_or_halve(rows[:middle], now) | _fire_or_halve(rows[middle:], now)


def _fire(clock_ids: list[int], now: datetime) -> set[int]:
    """Act on these clocks; answers with those whose interaction is being worked on right now.

    Whatever the number, each table is asked once and written once.
    """
    clocks = SlaClock.objects.filter(pk__in=clock_ids)
    about = dict(clocks.values_list("pk", "interaction_id"))
    locked = (
        Interaction.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("customer__party")
        .filter(pk__in=set(about.values()))
        .order_by("pk")
    )
    matters = read_matters(list(locked))
    # A long tick must not undo what was done since it began.
    now = max(now, timezone.now())
    with gathered():
        tick = _Tick(matters, now)
        for duty in tick.due(clock_ids):
            tick.act(duty)
        tick.keep()
    held = {matter.interaction.pk for matter in matters}
    return {clock_id for clock_id in clock_ids if about[clock_id] not in held}


@dataclass(frozen=True, slots=True)
class _Duty:
    """A due clock, the stages that passed, and the last of them, which is the one told."""

    matter: Matter
    clock: SlaClock
    one: Folded
    passed: list[Due]
    highest: Due


class _Tick:
    """What one tick knows of the matters it acts on."""

    def __init__(self, matters: list[Matter], now: datetime) -> None:
        self.now = now
        self.matters = matters
        self.folded = [fold_events(matter.events, now=now) for matter in matters]
        people = [matter.interaction for matter in matters]
        self.colleagues = Colleagues(people)
        customers = [one.customer for one in people if one.customer]
        self.reachability = Reachability(
            [customer.party_id for customer in customers if customer.party_id], SERVICE
        )
        self.won: set[tuple[int, int, int]] = set()

    def due(self, clock_ids: Collection[int]) -> list[_Duty]:
        """What is to be done about these clocks; which stages of it are ours is decided here."""
        wanted = set(clock_ids)
        duties = [
            duty
            for matter, folded in zip(self.matters, self.folded, strict=True)
            for key, clock in matter.clocks.items()
            if clock.pk in wanted and (duty := self._duty(matter, clock, folded[key]))
        ]
        self.won = win_all(
            [
                Try(duty.clock.pk, due.number, due.percent, superseded=due != duty.highest)
                for duty in duties
                for due in duty.passed
            ]
        )
        return duties

    def _duty(self, matter: Matter, clock: SlaClock, one: Folded) -> _Duty | None:
        done = matter.done[clock.pk]
        passed = [
            due
            for due in pending(clock, one.view, done, matter.promises[clock.pk])
            if due.fires_at <= engine.seconds(self.now)
        ]
        done |= {(due.number, due.percent) for due in passed}
        if not passed:
            return None
        highest = max(passed, key=lambda due: (due.number, due.percent))
        return _Duty(matter, clock, one, passed, highest)

    def act(self, duty: _Duty) -> None:
        """Record and tell what we were the first to win."""
        ours = [due for due in duty.passed if (duty.clock.pk, due.number, due.percent) in self.won]
        if any(due.number == CONTRACT for due in ours):
            _record(duty.matter.interaction, duty.clock, duty.one, ours)
        for due in ours:
            if due.percent == BREACH:
                credit_due(duty.clock, due.number, SYSTEM)
        if duty.highest in ours:
            self._tell(duty, ours)

    def keep(self) -> None:
        """Bring what is stored up to what was folded and done."""
        for matter, folded in zip(self.matters, self.folded, strict=True):
            keep(matter, folded)

    def _tell(self, duty: _Duty, ours: list[Due]) -> None:
        interaction, clock, due = duty.matter.interaction, duty.clock, duty.highest
        if audience := _audience(duty.one.policy, ours):
            tell_staff(
                interaction=interaction,
                clock=clock,
                people=self.colleagues.of(interaction, audience),
                percent=due.percent,
                number=due.number,
            )
        notice = duty.one.policy.get("customer_notice", {})
        wanted = (
            notice.get("automatic")
            and due.percent >= notice["stage"]
            and clock.target in notice["targets"]
            and clock.commitment_no == due.number
            and interaction.direction == Interaction.Direction.INBOUND
        )
        if wanted:
            self._promise(duty, int(notice.get("extend_percent", 50)))

    def _promise(self, duty: _Duty, percent: int) -> None:
        """Tell the customer the next date we can keep, before they have to ask."""
        new_due = proposed_due(duty.one.view, now=engine.seconds(self.now), percent=percent)
        if new_due is None:
            return
        interaction, clock = duty.matter.interaction, duty.clock
        promise = promise_anew(
            matter=duty.matter,
            clock=clock,
            due_at=engine.moment(new_due),
            origin=Commitment.Origin.AUTO,
            reason=f"{clock.target} at risk",
            reachability=self.reachability,
            actor=SYSTEM,
        )
        if promise.notice is None:
            ask_for_call(
                interaction=interaction,
                clock=clock,
                promise=promise,
                people=self.colleagues.of(interaction, {"owner"}),
            )


def _record(interaction: Interaction, clock: SlaClock, one: Folded, won: list[Due]) -> None:
    """Risk and breach of the contract, each once."""
    percents = {due.percent for due in won if due.number == CONTRACT}
    at_risk = int(one.policy.get("at_risk_stage", 90))
    broken = BREACH in percents
    if max(percents) >= at_risk and clock.jeopardy_at is None:
        reached = one.view.stage_at(at_risk)
        clock.jeopardy_at = engine.moment(reached) if reached is not None else None
        update(clock, "jeopardy_at")
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
