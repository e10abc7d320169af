"""The duty before the deadline: find what is due, act once, and never look at anything else."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import connection, transaction
from django.utils import timezone

from crm.access import SYSTEM, Actor, require
from crm.errors import passing, without_rows
from crm.events.catalogue import SlaBreached, SlaInJeopardy
from crm.events.publish import publish
from crm.gathering import gathered, update
from customers.contactability import Reachability, quiet_around
from interactions import clock as engine
from interactions.models import ArmedClock, Commitment, Interaction, SlaClock
from interactions.processes.notify_customer.queueing import SERVICE
from interactions.processes.notify_customer.staff import (
    Colleagues,
    alarm_staff,
    ask_for_call,
    ask_whether_met,
    tell_long_pause,
    tell_staff,
)
from interactions.processes.track_interaction.crediting import credit_due
from interactions.processes.track_interaction.folding import Folded, fold_events, keep, taken_back
from interactions.processes.track_interaction.foreseeing import Outlook, outlook
from interactions.processes.track_interaction.matters import Matter, read_matters
from interactions.processes.track_interaction.promising import promise_anew
from interactions.processes.track_interaction.stages import (
    BEFORE_QUIET,
    BREACH,
    CONTRACT,
    FORETOLD,
    LONG_PAUSE,
    MOMENTS,
    SILENT,
    UNLIKELY,
    Due,
    Try,
    pending,
    tells_customer,
    win_all,
)
from interactions.processes.track_interaction.timeline import append

_log = structlog.get_logger(__name__)
_POISONED_FOR: Final = timedelta(hours=1)
_PASSES_IN: Final = timedelta(minutes=1)


def fire_due(limit: int, now: datetime, *, passed_by: set[int] | None = None) -> int:
    """Act on at most `limit` due clocks in one transaction; returns how many were claimed.

    Two workers never claim the same row. A clock whose interaction somebody is working on is
    passed by: their own work re-folds it, and the next tick comes in seconds. A row that fails
    is put back for an hour and said aloud, the others go on; one that was rolled back for the sake
    of others, as in a deadlock, is looked at again in a minute.
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
        if not connection.is_usable():
            # No row's fault: the tick ends, nothing of it stands, and the next one begins anew.
            raise
        if len(rows) == 1:
            _put_off(rows[0], now, problem)
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
    """A due clock, the stages that passed, and the last of them, which is the one told.

    `moments` passed too: doubt, silence and quiet hours, which are no stages.
    """

    matter: Matter
    clock: SlaClock
    one: Folded
    passed: list[Due]
    highest: Due | None
    moments: list[Due]

    def late(self, now: datetime) -> bool:
        """Whether it is too late to foresee anything."""
        return self.one.view.due_at is not None and engine.seconds(now) > self.one.view.due_at


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
            + [
                Try(
                    duty.clock.pk,
                    due.number,
                    due.percent,
                    superseded=due.percent in FORETOLD and duty.late(self.now),
                )
                for duty in duties
                for due in duty.moments
                if due.percent != LONG_PAUSE
            ]
        )
        return duties

    def _duty(self, matter: Matter, clock: SlaClock, one: Folded) -> _Duty | None:
        done = matter.done[clock.pk]
        coming = pending(
            clock, one.view, one.policy, done, matter.promises[clock.pk], quiet=matter.quiet
        )
        passed = [due for due in coming if due.fires_at <= engine.seconds(self.now)]
        done |= {(due.number, due.percent) for due in passed}
        if not passed:
            return None
        stages = [due for due in passed if due.percent not in MOMENTS]
        highest = max(stages, key=lambda due: (due.number, due.percent), default=None)
        moments = [due for due in passed if due.percent in MOMENTS]
        return _Duty(matter, clock, one, stages, highest, moments)

    def act(self, duty: _Duty) -> None:
        """Record and tell what we were the first to win."""
        foretold = [due for due in self._ours(duty, duty.moments) if due.percent in FORETOLD]
        if foretold and not duty.late(self.now):
            self._look_ahead(duty, foretold)
        ours = self._ours(duty, duty.passed)
        if any(due.number == CONTRACT for due in ours):
            _record(duty.matter.interaction, duty.clock, duty.one, ours)
        for due in ours:
            if due.percent == BREACH:
                credit_due(duty.clock, due.number, SYSTEM)
        if duty.highest is not None and duty.highest in ours:
            self._tell(duty, duty.highest, ours)
        for due in self._ours(duty, duty.moments):
            if due.percent == BEFORE_QUIET and due.number == duty.clock.commitment_no:
                self._speak_before_quiet(duty)
            if due.percent == SILENT:
                self._break_silence(duty)
        if any(due.percent == LONG_PAUSE for due in duty.moments):
            self._end_pause(duty)

    def _ours(self, duty: _Duty, some: list[Due]) -> list[Due]:
        return [due for due in some if (duty.clock.pk, due.number, due.percent) in self.won]

    def _look_ahead(self, duty: _Duty, foretold: list[Due]) -> None:
        """Doubt is asked about, once; a likely miss is told to the customer, once."""
        ahead = outlook(duty.clock)
        if ahead is None:
            return
        if duty.clock.jeopardy_at is None:
            at = engine.moment(min(due.fires_at for due in foretold))
            _foresee(duty, ahead, at, engine.seconds(self.now))
            ask_whether_met(
                interaction=duty.matter.interaction,
                clock=duty.clock,
                people=self.colleagues.of(duty.matter.interaction, {"owner"}),
            )
        if tells_customer(duty.clock, duty.one.policy) and any(
            due.percent == UNLIKELY for due in foretold
        ):
            self._promise(duty)

    def _end_pause(self, duty: _Duty) -> None:
        """Nothing stands still for longer than was agreed: the clock goes on, and leads hear it."""
        interaction, view = duty.matter.interaction, duty.one.view
        if view.pause_guard_at is None:
            return
        over = engine.moment(view.pause_guard_at)
        for wait in view.waits:
            if wait.end is None:
                append(
                    interaction, "resume", actor=SYSTEM, at=over, pause_id=wait.key,
                    because="longest-pause",
                )  # fmt: skip
        append(interaction, "pause_ended", actor=SYSTEM, at=over, target=duty.clock.target)
        tell_long_pause(
            interaction=interaction,
            clock=duty.clock,
            at=over,
            people=self.colleagues.of(interaction, {"owner", "leads"}),
        )

    def _speak_before_quiet(self, duty: _Duty) -> None:
        """What is said at the notice's own stage would be read when the promise is over."""
        clock, view, quiet = duty.clock, duty.one.view, duty.matter.quiet
        if quiet is None or quiet_around(quiet, self.now) is not None:
            # Too late for that: the stage speaks in its own time.
            return
        if clock.jeopardy_at is None:
            clock.jeopardy_at = self.now
            update(clock, "jeopardy_at")
            share = view.consumed * 100 // view.effective_target
            _say_at_risk(duty.matter.interaction, clock, share)
        self._promise(duty)

    def _break_silence(self, duty: _Duty) -> None:
        """Missed, and nobody said a word since: the customer hears the new time from us."""
        due_at, interaction = duty.one.view.due_at, duty.matter.interaction
        if due_at is None or interaction.direction == Interaction.Direction.OUTBOUND:
            return
        unsaid = taken_back(duty.matter.events)
        spoken = any(
            row.type == "agent_reply"
            and row.data.get("message") not in unsaid
            and engine.seconds(row.occurred_at) > due_at
            and not row.data.get("automatic")
            for row in duty.matter.events
        )
        if not spoken and duty.clock.commitment_no == CONTRACT:
            self._promise(duty)

    def keep(self) -> None:
        """Bring what is stored up to what was folded and done."""
        for matter, folded in zip(self.matters, self.folded, strict=True):
            keep(matter, folded)

    def _tell(self, duty: _Duty, due: Due, ours: list[Due]) -> None:
        interaction, clock = duty.matter.interaction, duty.clock
        if audience := _audience(duty.one.policy, ours):
            tell_staff(
                interaction=interaction,
                clock=clock,
                people=self.colleagues.of(interaction, audience),
                percent=due.percent,
                number=due.number,
            )
        notice = duty.one.policy.get("customer_notice", {})
        reached = due.percent >= notice.get("stage", 0) and clock.commitment_no == due.number
        if reached and tells_customer(clock, duty.one.policy):
            self._promise(duty)

    def _promise(self, duty: _Duty) -> None:
        """Tell the customer the next date we can keep, before they have to ask."""
        new_due = proposed_due(
            duty.one.view,
            now=engine.seconds(self.now),
            percent=int(duty.one.policy.get("customer_notice", {}).get("extend_percent", 50)),
            outlook=outlook(duty.clock),
        )
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
            _say_at_risk(interaction, clock, max(percents))
    if broken:
        append(interaction, "breached", actor=SYSTEM, target=clock.target, cycle=clock.cycle)
        publish(SlaBreached(interaction_id=interaction.pk, clock_id=clock.pk), actor=SYSTEM)


def _say_at_risk(interaction: Interaction, clock: SlaClock, share: int) -> None:
    append(interaction, "at_risk", actor=SYSTEM, target=clock.target, cycle=clock.cycle)
    publish(
        SlaInJeopardy(interaction_id=interaction.pk, clock_id=clock.pk, stage=share), actor=SYSTEM
    )


def _foresee(duty: _Duty, ahead: Outlook, at: datetime, now: int) -> None:
    """Keep what is foreseen, and on what grounds."""
    clock, view = duty.clock, duty.one.view
    end = proposed_due(view, now=now, percent=0, outlook=ahead)
    clock.jeopardy_at = at
    clock.predicted_end_at = engine.moment(end) if end is not None else None
    update(clock, "jeopardy_at", "predicted_end_at")
    append(
        duty.matter.interaction,
        "at_risk",
        actor=SYSTEM,
        target=clock.target,
        cycle=clock.cycle,
        foreseen=True,
        chance=ahead.pace.chance(view.effective_target, view.consumed),
        predicted_end=clock.predicted_end_at.isoformat() if clock.predicted_end_at else None,
        predictor_version_id=ahead.version.version_id,
    )
    publish(
        SlaInJeopardy(
            interaction_id=clock.interaction_id,
            clock_id=clock.pk,
            stage=view.consumed * 100 // view.effective_target,
        ),
        actor=SYSTEM,
    )


def proposed_due(
    view: engine.ClockView, *, now: int, percent: int, outlook: Outlook | None = None
) -> int | None:
    """The next date we can keep: by the pace of the queue where that is known.

    Else, and where the queue would rather keep the promise itself: the later of now and the old
    due time, plus a share of the target in clock time.
    """
    if view.track is None:
        return None
    needed = outlook.needed(view.effective_target, view.consumed) if outlook else None
    if needed is not None:
        return engine.Track(now, view.track.calendars, view.track.pauses).reach(needed)
    start = max(now, view.due_at or now)
    extra = -(-view.effective_target * percent // 100)
    return engine.Track(start, view.track.calendars, view.track.pauses).reach(extra)


def _audience(policy: Mapping[str, Any], won: list[Due]) -> frozenset[str]:
    """Everybody who should have been told of a stage that passed, also of those passed over."""
    tell = policy.get("tell", {})
    return frozenset(person for due in won for person in tell.get(str(due.percent), ()))


def _put_off(row: ArmedClock, now: datetime, problem: Exception) -> None:
    if passing(problem):
        row.next_fire_at = now + _PASSES_IN
        row.save(update_fields=["next_fire_at"])
        _log.warning("sla.clock_put_off", clock_id=row.clock_id, problem=without_rows(problem))
    else:
        _poisoned(row, now, problem)


def _poisoned(row: ArmedClock, now: datetime, problem: Exception) -> None:
    row.next_fire_at = now + _POISONED_FOR
    row.save(update_fields=["next_fire_at"])
    said = without_rows(problem)
    _log.error("sla.clock_poisoned", clock_id=row.clock_id, problem=said)
    alarm_staff(clock_id=row.clock_id, problem=said, at=now)
