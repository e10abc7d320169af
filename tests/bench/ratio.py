"""What a measurement comes to, and how two ways of doing a thing are timed fairly."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Ratio:
    """One promise about speed: a ratio of two times of the same run, and its limit."""

    title: str
    value: float
    limit: float
    at_least: bool
    note: str = ""

    @property
    def kept(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def line(self) -> str:
        sign = "≥" if self.at_least else "≤"
        verdict = "kept" if self.kept else "MISSED"
        return f"{verdict:<7} {self.value:6.2f} {sign} {self.limit:<5} {self.title}  {self.note}"


Call = Callable[[], object]


def seconds(call: Call) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def in_turn(ours: Call, floor: Call, *, rounds: int, warm_up: int = 3) -> tuple[float, float]:
    """Median seconds of both, called in turn so that the machine's drift meets them alike."""
    for _ in range(warm_up):
        ours()
        floor()
    pairs = [(seconds(ours), seconds(floor)) for _ in range(rounds)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]
