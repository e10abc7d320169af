"""Declare a readiness check: something that really runs and shows that a version may be used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Shown:
    """What a check showed: passed or not, a sentence of evidence, and what was measured."""

    passed: bool
    evidence: str
    measured: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """A readiness case for slots whose key starts with one of `slots`.

    `check(config)` really exercises the configuration and must leave nothing behind: it runs
    inside a savepoint that is rolled back.
    """

    key: str
    title: str
    slots: tuple[str, ...]
    category: str
    check: Callable[[Mapping[str, Any]], Shown]
    blocking: bool = True
    clause: str = ""


_declared: dict[str, Case] = {}


def declare(case: Case) -> Case:
    if _declared.setdefault(case.key, case) is not case:
        raise ValueError(f"Readiness case {case.key} is declared twice.")
    return case


def applicable(slot_key: str) -> tuple[Case, ...]:
    """Every case that a version of this slot must run; none can be left out."""
    return tuple(
        case
        for key, case in sorted(_declared.items())
        if any(slot_key.startswith(prefix) for prefix in case.slots)
    )
