"""Fold the events of one interaction into its clocks: same events, same view, always."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from interactions.clock.calendar import Calendar, CalendarHistory
from interactions.clock.cycle import Cycle, Promise
from interactions.clock.events import Event, Kind, Metric, Mode, Policy, Target, kind_of
from interactions.clock.view import Change, ClockView, State, Wait

Calendars = Mapping[str, Calendar | CalendarHistory]

_RESOLVED = "(resolved)"
# How a closing says that nobody could be told.
UNTOLD = "impossible"
_MODES: Mapping[str, Mode] = {
    **{mode.value: mode for mode in Mode},
    "retroactive": Mode.RETRO,
    "proportionate": Mode.PROPORTIONAL,
    "reset": Mode.RESTART,
    "resume": Mode.CARRY,
}


class FoldError(ValueError):
    """Events that name a policy version, calendar or mode the fold was not given."""


def fold(
    events: Iterable[Event],
    target: Target,
    *,
    calendars: Calendars,
    now: int,
    policies: Mapping[str, Policy] | None = None,
    policy_version: str = "",
) -> ClockView:
    """The clock of a target as of `now`; of a target with cycles, the latest one."""
    folding = _Folding(target, calendars, now, policies or {}, policy_version)
    folding.take(events)
    if not folding.cycles:
        return ClockView(
            metric=target.metric, cycle=1, state=State.NOT_STARTED, now=now,
            effective_target=folding.target.seconds, late_seqs=folding.late,
            folded_seq=folding.folded_seq, policy_version=folding.policy_version,
        )  # fmt: skip
    return folding.view(folding.cycles[-1])


def fold_cycles(
    events: Iterable[Event],
    target: Target,
    *,
    calendars: Calendars,
    now: int,
    policies: Mapping[str, Policy] | None = None,
    policy_version: str = "",
) -> tuple[ClockView, ...]:
    """Every cycle of a target as of `now`, oldest first; none if the clock never started."""
    folding = _Folding(target, calendars, now, policies or {}, policy_version)
    folding.take(events)
    return tuple(folding.view(cycle) for cycle in folding.cycles)


def round_half_up(numerator: int, denominator: int) -> int:
    """Integer division that rounds halves up."""
    return (2 * numerator + denominator) // (2 * denominator)


@dataclass(slots=True)
class _Folding:
    target: Target
    calendars: Calendars
    now: int
    policies: Mapping[str, Policy]
    policy_version: str
    late: tuple[int, ...] = ()
    folded_seq: int = -1
    opened_at: int | None = None
    outbound: bool = False
    cycles: list[Cycle] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    # Waits that do not count, so that their own end is not mistaken for that of another.
    idle: set[str] = field(default_factory=set)
    calendar: CalendarHistory = field(init=False)

    def __post_init__(self) -> None:
        self.calendar = self._history(self.target.calendar)

    def take(self, events: Iterable[Event]) -> None:
        """Fold what has happened by `now`; an event given twice counts once."""
        happened = {event.seq: event for event in events if event.occurred_at <= self.now}
        ordered = sorted(happened.values(), key=_fold_order)
        self.late = _late(ordered)
        self.folded_seq = max(happened, default=-1)
        moving = [(event, kind) for event in ordered if (kind := kind_of(event.type)) is not None]
        # The opening comes first even if a skewed clock dated something before it.
        moving.sort(key=lambda pair: pair[1] is not Kind.OPENED)
        for event, kind in moving:
            self.apply(event, kind)

    # Every handler takes the event and its instant, which is never before the opening.

    def apply(self, event: Event, kind: Kind) -> None:
        at = event.occurred_at
        if self.opened_at is not None:
            at = max(at, self.opened_at)
        _HANDLERS[kind](self, event, at)

    def opened(self, event: Event, at: int) -> None:
        if self.opened_at is not None:
            return
        self.opened_at = at
        self.outbound = event.data.get("direction") == "outbound"
        if self.target.metric is Metric.NEXT_RESPONSE:
            return
        if not (self.target.metric is Metric.FIRST_RESPONSE and self.outbound):
            self._start(at)

    def customer_message(self, event: Event, at: int) -> None:
        if self.target.metric is not Metric.NEXT_RESPONSE or event.by_machine or not event.public:
            return
        if self._running() is None:
            self._start(at)

    def agent_reply(self, event: Event, at: int) -> None:
        if event.by_machine or not event.public or self.target.metric is Metric.RESOLUTION:
            return
        cycle = self._running()
        if cycle is not None:
            cycle.stop(at)
        if self.target.metric is Metric.PERIODIC_UPDATE and cycle is not None:
            self._start(at)

    def reply_taken_back(self, event: Event, at: int) -> None:
        """The reply was none: what it had stopped goes on. News in between stay begun anew."""
        cycle = self.cycles[-1] if self.cycles else None
        if cycle is not None and cycle.stopped_at == max(event.data["replied_at"], cycle.origin):
            cycle.go_on()

    def paused(self, event: Event, at: int) -> None:
        reason_class, reason, key = _wait_names(event.data)
        if not self.target.pausable_by(reason_class):
            self.idle.add(key)
        elif not any(wait.key == key and wait.end is None for wait in self.waits):
            self._wait(Wait(key, reason or reason_class, event.by, at))

    def resumed(self, event: Event, at: int) -> None:
        _, _, key = _wait_names(event.data)
        if key in self.idle:
            self.idle.discard(key)
            return
        waiting = {wait.key for wait in self.waits if wait.end is None} - {_RESOLVED}
        if key in waiting:
            self._resume({key}, at)
        elif not event.data.get("pause_id") and (not key or len(waiting) == 1):
            # A resume that names no wait ends them all; one that misnames the only wait means it.
            self._resume(waiting, at)

    def resolved(self, event: Event, at: int) -> None:
        cycle = self._running()
        if cycle is None:
            return
        if self.target.metric is Metric.FIRST_RESPONSE and not self.target.stop_on_resolve:
            return
        cycle.stop(at)
        if self.target.metric is Metric.RESOLUTION:
            self._wait(Wait(_RESOLVED, "resolved", event.by, at))

    def closed(self, event: Event, at: int) -> None:
        """The end of the matter, and with it of the duty to give a first reply.

        Telling the customer in closing is that reply if a person did it. Where nobody could be
        told, or only a machine told them, there is no reply: a promise that still stood is
        cancelled, and one that was broken stays broken. Closing without resolving first ends the
        work all the same.
        """
        self.resolved(event, at)
        told = str(event.data.get("informed_by") or "")
        cycle = self._running()
        if self.target.metric is not Metric.FIRST_RESPONSE or cycle is None or not told:
            return
        cycle.by_closing = True
        unheard = event.by_machine or told == UNTOLD
        if unheard and not cycle.overdue(at):
            cycle.cancelled_at = at
        cycle.stop(at)

    def reopened(self, event: Event, at: int) -> None:
        if not self.cycles or self._running() is not None:
            return
        cycle = self.cycles[-1]
        # Nobody was told after all, or the closing was a mistake: the reply is owed as before.
        if cycle.by_closing and (cycle.cancelled_at is not None or event.data.get("undone")):
            cycle.go_on()
            return
        if self.target.metric is Metric.PERIODIC_UPDATE and cycle.cancelled_at is None:
            self._start(at)
        if self.target.metric is not Metric.RESOLUTION or cycle.cancelled_at is not None:
            return
        # A resolve that was taken back as a mistake was none.
        if not event.data.get("undone"):
            cycle.note_first()
        self._resume({_RESOLVED}, at)
        cycle.stopped_at = cycle.judged = None
        if _mode(event.data.get("mode"), self.target.reopen) is Mode.RESTART:
            cycle.promise.start = at
            cycle.promise.switch(at, self.calendar.since(at))

    def cancelled(self, event: Event, at: int) -> None:
        cycle = self._running()
        if cycle is not None:
            cycle.stop(at)
            cycle.cancelled_at = at

    def restored(self, event: Event, at: int) -> None:
        cycle = self.cycles[-1] if self.cycles else None
        if cycle is not None and cycle.cancelled_at is not None:
            cycle.go_on()

    def calendar_changed(self, event: Event, at: int) -> None:
        self.calendar = self._history(self._calendar_named(event.data) or self.target.calendar)
        if self.cycles:
            self.cycles[-1].promise.switch(at, self.calendar.since(at))

    def retargeted(self, event: Event, at: int) -> None:
        named = self._calendar_named(event.data)
        version = event.data.get("policy_version")
        if version is not None and "target" not in event.data:
            named = self._adopt(str(version)) or named
        if (seconds := _target_seconds(event.data)) is not None:
            self.target = replace(self.target, seconds=seconds)
        if named is not None:
            self.calendar = self._history(named)
        cycle = self.cycles[-1] if self.cycles else None
        # A resolved clock may be reopened under the new promise; a finished cycle is over.
        if cycle and (cycle.stopped_at is None or self.target.metric is Metric.RESOLUTION):
            mode = _mode(event.data.get("mode"), Mode.CARRY)
            self._retarget(cycle, event, at, mode, with_calendar=named is not None)

    def view(self, cycle: Cycle) -> ClockView:
        return replace(
            cycle.view(self.target, self.now),
            policy_version=self.policy_version,
            late_seqs=self.late,
            folded_seq=self.folded_seq,
        )

    def _running(self) -> Cycle | None:
        cycle = self.cycles[-1] if self.cycles else None
        return cycle if cycle is not None and cycle.stopped_at is None else None

    def _start(self, at: int) -> None:
        if self.target.metric is Metric.FIRST_RESPONSE and self.cycles:
            return
        waits = [w for w in self.waits if w.end is None or w.end > at]
        promise = Promise(at, self.target.seconds, list(self.calendar.since(at)), waits=waits)
        self.cycles.append(Cycle(len(self.cycles) + 1, at, promise))

    def _wait(self, wait: Wait) -> None:
        self.waits.append(wait)
        if self.cycles:
            self.cycles[-1].promise.waits.append(wait)

    def _resume(self, keys: set[str], at: int) -> None:
        def ended(waits: list[Wait]) -> list[Wait]:
            return [
                replace(wait, end=at) if wait.end is None and wait.key in keys else wait
                for wait in waits
            ]

        self.waits = ended(self.waits)
        if self.cycles:
            self.cycles[-1].promise.waits = ended(self.cycles[-1].promise.waits)

    def _retarget(
        self, cycle: Cycle, event: Event, at: int, mode: Mode, *, with_calendar: bool
    ) -> None:
        promise, new = cycle.promise, self.target.seconds
        old = promise.seconds
        promise.seconds = new
        if mode is Mode.PROPORTIONAL and old > 0:
            consumed = promise.track().consumed(at)
            # An overdue clock has no fraction left: what it overran counts against the new one.
            promise.seconds = max(consumed + round_half_up(new * (old - consumed), old), 0)
        elif mode is Mode.RETRO:
            promise.start = cycle.origin
        elif mode is Mode.RESTART:
            promise.start = at
        if mode is Mode.RETRO and with_calendar:
            promise.pieces = list(self.calendar.since(cycle.origin))
        elif with_calendar or mode is Mode.RESTART:
            promise.switch(at, self.calendar.since(at))
        name = promise.pieces[-1][1].name
        promise.changes.append(Change(at, mode, old, promise.seconds, name, event.by))

    def _adopt(self, version: str) -> str | None:
        """Take the target of a policy version; return the name of its calendar."""
        policy = self.policies.get(version)
        if policy is None:
            raise FoldError(f"policy version {version!r} was not given to the fold")
        self.policy_version = version
        promised = policy.targets.get(self.target.metric)
        if promised is None:
            return None
        self.target = promised
        return promised.calendar

    def _calendar_named(self, data: Mapping[str, Any]) -> str | None:
        named = data.get("calendar")
        return None if named is None else str(named)

    def _history(self, name: str) -> CalendarHistory:
        known = self.calendars.get(name)
        if known is None:
            raise FoldError(f"calendar {name!r} was not given to the fold")
        if isinstance(known, CalendarHistory):
            return known
        return CalendarHistory(((0, known),))


_HANDLERS = {
    Kind.OPENED: _Folding.opened,
    Kind.CUSTOMER_MESSAGE: _Folding.customer_message,
    Kind.AGENT_REPLY: _Folding.agent_reply,
    Kind.REPLY_TAKEN_BACK: _Folding.reply_taken_back,
    Kind.PAUSE: _Folding.paused,
    Kind.RESUME: _Folding.resumed,
    Kind.RESOLVED: _Folding.resolved,
    Kind.REOPENED: _Folding.reopened,
    Kind.CLOSED: _Folding.closed,
    Kind.CANCELLED: _Folding.cancelled,
    Kind.RESTORED: _Folding.restored,
    Kind.RETARGETED: _Folding.retargeted,
    Kind.CALENDAR_VERSION: _Folding.calendar_changed,
}


def _fold_order(event: Event) -> tuple[int, int]:
    return event.occurred_at, event.seq


def _late(ordered: list[Event]) -> tuple[int, ...]:
    late, lowest_after = [], None
    for event in reversed(ordered):
        if lowest_after is not None and event.seq > lowest_after:
            late.append(event.seq)
        lowest_after = event.seq if lowest_after is None else min(lowest_after, event.seq)
    return tuple(sorted(late))


def _wait_names(data: Mapping[str, Any]) -> tuple[str, str, str]:
    """(reason class, reason in words, key that pairs a pause with its resume)."""
    reason_class = str(data.get("reason_class") or data.get("reason") or "")
    reason = str(data.get("reason") or reason_class)
    return reason_class, reason, str(data.get("pause_id") or reason_class)


def _mode(written: object, default: Mode) -> Mode:
    if written is None or written == "":
        return default
    mode = _MODES.get(str(written).lower())
    if mode is None:
        raise FoldError(f"{written!r} is none of the modes {', '.join(Mode)}")
    return mode


def _target_seconds(data: Mapping[str, Any]) -> int | None:
    written = data.get("target", data.get("target_seconds"))
    if written is None:
        return None
    try:
        return int(written)
    except (TypeError, ValueError):
        raise FoldError(f"target {written!r} is not a number of seconds") from None
