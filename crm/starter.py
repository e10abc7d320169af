"""What a fresh installation loads, said by each app and run in order by `manage.py starter_set`.

Each step is idempotent: running the set again changes nothing that is already there.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One part of the starter set; `run` returns a short phrase of what it did."""

    order: int
    title: str
    run: Callable[[], str]


_steps: dict[str, Step] = {}


def starter(*, order: int, title: str) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Register a step; lower orders run first."""

    def register(run: Callable[[], str]) -> Callable[[], str]:
        _steps[title] = Step(order, title, run)
        return run

    return register


def steps() -> list[Step]:
    return sorted(_steps.values(), key=lambda step: (step.order, step.title))
