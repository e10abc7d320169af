"""One run of a clock from its start to its stop, and the promise it is judged by."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from interactions.clock.calendar import Calendar
from interactions.clock.events import Target
from interactions.clock.track import Track, union
from interactions.clock.view import Change, ClockView, State, Wait


@dataclass(slots=True)
class Promise:
    """What a cycle was promised, up to an instant: snapshot at its stop, so later events
    cannot move the due time it was judged by."""

    start: int
    seconds: int
    pieces: list[tuple[int, Calendar]]
    changes: list[Change] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)

    def track(self) -> Track:
        pauses = union((wait.start, wait.end) for wait in self.waits)
        return Track(self.start, tuple(self.pieces), pauses)

    def copy(self) -> "Promise":
        return Promise(
            self.start, self.seconds, list(self.pieces), list(self.changes), list(self.waits)
        )

    def switch(self, at: int, calendars: Iterable[tuple[int, Calendar]]) -> None:
        self.pieces = [piece for piece in self.pieces if piece[0] < at] + list(calendars)


@dataclass(slots=True)
class Cycle:
    number: int
    origin: int
    promise: Promise
    stopped_at: int | None = None
    judged: Promise | None = None
    cancelled_at: int | None = None
    # When it stopped for the first time and what was consumed by then, however often it ran again.
    first: tuple[int, int] | None = None
    # Stopped by the closing of the matter and not by a message of its own.
    by_closing: bool = False

    def overdue(self, at: int) -> bool:
        """Whether what it promises was already broken at an instant."""
        due_at = self.promise.track().reach(self.promise.seconds)
        return due_at is not None and at > due_at

    def go_on(self) -> None:
        """As if it had never been stopped."""
        self.stopped_at = self.judged = self.cancelled_at = None
        self.by_closing = False

    def stop(self, at: int) -> None:
        self.stopped_at = at
        self.judged = self.promise.copy()
        self.judged.pieces = [p for p in self.judged.pieces if p[0] <= max(at, self.promise.start)]

    def note_first(self) -> None:
        """Keep where it stopped, if that was the first time."""
        if self.first is None and self.judged is not None and self.stopped_at is not None:
            self.first = (self.stopped_at, self.judged.track().consumed(self.stopped_at))

    def view(self, target: Target, now: int) -> ClockView:
        """The cycle as of `now`, judged by what was promised when it stopped."""
        promise = self.judged or self.promise
        track = promise.track()
        due_at = track.reach(promise.seconds)
        breach_at = due_at
        if due_at is not None and promise.changes:
            breach_at = max(due_at, promise.changes[-1].at)
        paused_since = _paused_since(self, track)
        asked = now if self.stopped_at is None else min(self.stopped_at, now)
        return ClockView(
            metric=target.metric,
            cycle=self.number,
            state=_state(self, due_at, breach_at, now, paused=paused_since is not None),
            now=now,
            started_at=promise.start,
            due_at=due_at,
            breach_at=breach_at,
            stopped_at=self.stopped_at,
            cancelled_at=self.cancelled_at,
            first_stop=self.first,
            consumed=track.consumed(asked),
            effective_target=promise.seconds,
            paused_since=paused_since,
            pause_guard_at=_guard_at(paused_since, target.max_pause_seconds),
            waits=tuple(promise.waits),
            changes=tuple(promise.changes),
            stages_wanted=target.stages,
            track=track,
        )


def _state(
    cycle: Cycle, due_at: int | None, breach_at: int | None, now: int, *, paused: bool
) -> State:
    if cycle.cancelled_at is not None:
        return State.CANCELLED
    if cycle.stopped_at is not None:
        in_time = due_at is None or cycle.stopped_at <= due_at
        return State.MET if in_time else State.BREACHED
    if due_at is not None and breach_at is not None and now > due_at and now >= breach_at:
        return State.BREACHED
    return State.PAUSED if paused else State.RUNNING


def _paused_since(cycle: Cycle, track: Track) -> int | None:
    if cycle.stopped_at is not None or not track.pauses or track.pauses[-1][1] is not None:
        return None
    return max(track.pauses[-1][0], track.start)


def _guard_at(paused_since: int | None, longest: int | None) -> int | None:
    return None if paused_since is None or longest is None else paused_since + longest
