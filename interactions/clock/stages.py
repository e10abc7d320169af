"""Stages of a clock: per cent of the target in clock time, never in wall time."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from interactions.clock.track import Track

DUE: Final = 100


@dataclass(frozen=True, slots=True)
class Stage:
    """A percentage of the target, the instant it is reached, and when to act on it."""

    percent: int
    at: int
    fires_at: int


def share(target: int, percent: int) -> int:
    """ceil(target·percent/100) in integers."""
    return -(-target * percent // 100)


def at(track: Track, target: int, percent: int) -> int | None:
    """Instant at which that share of the target is consumed; None if an open pause is first."""
    return track.reach(share(target, percent))


def plan(
    track: Track, target: int, percents: Iterable[int], *, changed_at: int | None = None
) -> tuple[Stage, ...]:
    """The stages that are reachable, lowest first.

    A stage that a change of target moved into the past fires at the change. Stage 100 fires one
    second after the due second, since a stop within that second is still in time.
    """
    planned = []
    for percent in sorted(percents):
        reached = at(track, target, percent)
        if reached is None:
            break
        fires_at = reached + 1 if percent == DUE else reached
        planned.append(Stage(percent, reached, max(fires_at, changed_at or fires_at)))
    return tuple(planned)


def catch_up(
    planned: Iterable[Stage], *, after: int, now: int
) -> tuple[Stage | None, tuple[Stage, ...]]:
    """After an outage only the highest stage passed is told; the lower ones are superseded."""
    passed = [stage for stage in planned if stage.percent > after and stage.fires_at <= now]
    return (passed[-1], tuple(passed[:-1])) if passed else (None, ())
