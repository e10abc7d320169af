"""What a fold says about one clock: plain values, and the track they were read from."""

from dataclasses import dataclass
from enum import StrEnum

from interactions.clock import stages
from interactions.clock.events import Metric, Mode
from interactions.clock.stages import Stage
from interactions.clock.track import Track


class State(StrEnum):
    """Where a clock stands at the instant it was asked about."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause that counts, with its reason and who asked for it."""

    key: str
    reason: str
    by: str
    start: int
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A change of target while the clock ran."""

    at: int
    mode: Mode
    old_target: int
    new_target: int
    calendar: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock (target and cycle) as of `now`. Instants are integer UTC seconds."""

    metric: Metric
    cycle: int
    state: State
    now: int
    started_at: int | None = None
    due_at: int | None = None
    # No one can break a promise before it was made: the later of due_at and the last change.
    breach_at: int | None = None
    stopped_at: int | None = None
    cancelled_at: int | None = None
    # Instant and consumption of its first stop, of a clock that ran again after it.
    first_stop: tuple[int, int] | None = None
    consumed: int = 0
    effective_target: int = 0
    paused_since: int | None = None
    # When the longest permitted pause ends and a supervisor should be told.
    pause_guard_at: int | None = None
    waits: tuple[Wait, ...] = ()
    changes: tuple[Change, ...] = ()
    policy_version: str = ""
    # Events that were recorded after something that happened later than they did.
    late_seqs: tuple[int, ...] = ()
    folded_seq: int = -1
    stages_wanted: tuple[int, ...] = ()
    track: Track | None = None

    @property
    def outcome(self) -> str | None:
        """met, breached or cancelled once decided, else None."""
        decided = (State.MET, State.BREACHED, State.CANCELLED)
        return self.state.value if self.state in decided else None

    @property
    def remaining(self) -> int:
        """Counting seconds left; negative by as much as the clock is overdue."""
        return self.effective_target - self.consumed

    @property
    def open(self) -> bool:
        """Whether the clock still waits for its stop (running, paused or overdue)."""
        return self.started_at is not None and self.stopped_at is None

    @property
    def last_change_at(self) -> int | None:
        """Instant of the last target change."""
        return self.changes[-1].at if self.changes else None

    def stage_at(self, percent: int) -> int | None:
        """Instant at which so many per cent of the target are consumed, in clock time."""
        return None if self.track is None else stages.at(self.track, self.effective_target, percent)

    def stages(self) -> tuple[Stage, ...]:
        """All stages that will be or were reached, in order."""
        if self.track is None:
            return ()
        return stages.plan(
            self.track, self.effective_target, self.stages_wanted, changed_at=self.last_change_at
        )

    def next_stage(self, after: int = 0) -> Stage | None:
        """The first stage above `after` per cent of a clock that still runs, else None.

        Its `fires_at` is what the tick's `next_fire_at` column holds. A paused clock has one
        only if it was reached before the pause and nobody has acted on it yet.
        """
        if not self.open:
            return None
        return next((stage for stage in self.stages() if stage.percent > after), None)

    def catch_up(self, after: int = 0) -> tuple[Stage | None, tuple[Stage, ...]]:
        """(highest stage passed by `now`, lower ones it supersedes) above `after` per cent."""
        return (
            stages.catch_up(self.stages(), after=after, now=self.now) if self.open else (None, ())
        )
