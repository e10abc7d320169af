"""Foresight: from which moment a promise is in doubt, read from how long its queue takes.

A queue's pace is how much counting time its finished clocks took, at each whole per cent of them.
Of the clocks that were still open after the time consumed so far, some share was finished within
the target: that share is the chance of this one. It only falls while the clock runs, so the moment
at which it falls below a bound is known beforehand and can be armed like any stage.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final, Self

WHOLE: Final = 10_000
_STEP: Final = 100
_POINTS: Final = WHOLE // _STEP + 1


@dataclass(frozen=True, slots=True)
class Pace:
    """Counting seconds at 0, 1, … 100 % of what a queue finished, quickest first."""

    seconds: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.seconds) != _POINTS or list(self.seconds) != sorted(self.seconds):
            raise ValueError("a pace has 101 points that never fall")

    @classmethod
    def of(cls, durations: list[int]) -> Self:
        """The pace of these durations, each point one of them."""
        ordered = sorted(durations)
        last = len(ordered) - 1
        return cls(tuple(ordered[last * point // (_POINTS - 1)] for point in range(_POINTS)))

    def within(self, amount: int) -> int:
        """How many of ten thousand take no longer than this."""
        above = bisect_right(self.seconds, amount)
        if above in {0, _POINTS}:
            return 0 if above == 0 else WHOLE
        low, high = self.seconds[above - 1], self.seconds[above]
        return (above - 1) * _STEP + _STEP * (amount - low) // (high - low)

    def taken_by(self, share: int) -> int:
        """What so many of ten thousand take at most."""
        point, rest = divmod(min(max(share, 0), WHOLE), _STEP)
        low = self.seconds[point]
        return low if not rest else low + (self.seconds[point + 1] - low) * rest // _STEP

    def chance(self, target: int, consumed: int) -> int:
        """Of a hundred that are open after `consumed`, how many are finished within the target."""
        begun = self.within(consumed)
        if begun >= WHOLE:
            return 0
        return max(self.within(target) - begun, 0) * 100 // (WHOLE - begun)

    def doubtful_from(self, target: int, below: int) -> int | None:
        """Consumed seconds from which the chance is less than `below` per cent; None if never."""
        share = (self.within(target) - below * _STEP) * 100 // (100 - below)
        if share >= WHOLE:
            return None
        return 0 if share <= 0 else self.taken_by(share)

    def still_needs(self, consumed: int, percent: int) -> int | None:
        """Seconds within which `percent` of those still open are finished; None beyond the pace."""
        begun = self.within(consumed)
        if begun >= WHOLE:
            return None
        return max(self.taken_by(begun + (WHOLE - begun) * percent // 100) - consumed, 1)
