"""Values onto pixels, and round bounds around values."""

from collections.abc import Sequence
from dataclasses import dataclass

# Steps a reader counts in, and the most lines a small chart bears.
_STEPS = (0.2, 0.25, 0.5, 1, 2, 2.5)
_MOST_STEPS = 5


@dataclass(frozen=True)
class Scale:
    """A value's height between top and bottom."""

    low: float
    high: float
    top: float
    bottom: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low or 1.0
        return round(self.bottom - (value - self.low) / span * (self.bottom - self.top), 1)


def points(of: Sequence[tuple[float, float]]) -> str:
    """Points as an SVG line wants them."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in of)


def nice(low: float, high: float) -> tuple[float, float, float]:
    """Round bounds and a step that gives four to six grid lines."""
    span = (high - low) or abs(high) or 1.0
    power = 10.0
    while span / power < 1:
        power /= 10
    while span / power >= 10:  # noqa: PLR2004 - one leading digit
        power *= 10
    step = next(power * f for f in _STEPS if span / (power * f) <= _MOST_STEPS)
    bottom = step * (low // step)
    top = step * -(-high // step)
    return bottom, top if top > bottom else bottom + step, step
