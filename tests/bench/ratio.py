"""What a measurement comes to, and how two ways of doing a thing are timed fairly."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
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
Clock = Callable[[Call], float]


def seconds(call: Call) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def spent(call: Call) -> float:
    """How much processor time one call takes, ours and that of our session in the database.

    On a machine that does other work too, the clock on the wall would measure its neighbours.
    """
    before, start = session_seconds(), time.thread_time()
    call()
    ours = time.thread_time() - start
    return ours + session_seconds() - before


def session_seconds() -> float:
    """Processor time that our session in the database has had; it stands on this machine."""
    from django.db import connection

    connection.ensure_connection()
    schedule = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(schedule.read_text().split()[0]) / 1e9


def in_turn(
    ours: Call, floor: Call, *, rounds: int, warm_up: int = 3, clock: Clock = seconds
) -> tuple[float, float]:
    """Median seconds of both, called in turn so that the machine's drift meets them alike."""
    for _ in range(warm_up):
        ours()
        floor()
    pairs = [(clock(ours), clock(floor)) for _ in range(rounds)]
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)


def p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]
