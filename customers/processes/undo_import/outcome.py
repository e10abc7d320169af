"""What became of one customer of an undone import."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    """The three ways it can end."""

    REVERSED = "reversed"
    KEPT = "kept"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Sorted:
    """How it ended for one customer, and why they stay."""

    outcome: Outcome
    reason: str = ""


def reversed_all(ids: Iterable[int]) -> dict[int, Sorted]:
    return {pk: Sorted(Outcome.REVERSED) for pk in ids}


def kept(pk: int, reason: str) -> dict[int, Sorted]:
    return {pk: Sorted(Outcome.KEPT, reason)}


def stuck(pk: int, reason: str) -> dict[int, Sorted]:
    return {pk: Sorted(Outcome.STUCK, reason)}
