"""Declare a number to watch, with the SQL of the app that owns the tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm import sql


@dataclass(frozen=True, slots=True)
class Measure:
    """A KPI: its catalogue id, its definition in words, and the statement that answers it.

    `sql` names a file for crm.sql with parameters a and b (from, until); it returns one row with
    value, n and excluded, or counts that `reckon` makes them of. `scope` names further parameters
    it takes; NULL means everything.
    """

    key: str
    title: str
    definition: str
    sql: str
    better: str
    unit: str = "ratio"
    processes: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    # The answer for a period is final only this long after its end.
    matures_days: int = 0
    # What no statement can say is reckoned from the counts it gives: the row in, the answer out.
    reckon: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None


_declared: dict[str, Measure] = {}


def declare(measure: Measure) -> Measure:
    if _declared.setdefault(measure.key, measure) is not measure:
        raise ValueError(f"Measure {measure.key} is declared twice.")
    return measure


def declared() -> tuple[Measure, ...]:
    return tuple(_declared[key] for key in sorted(_declared))


def measured(measure: Measure, *, a: datetime, b: datetime, **scope: Any) -> dict[str, Any]:
    """The one row of a measure from `a` until before `b`, for everything or one slice of it."""
    if unknown := set(scope) - set(measure.scope):
        raise ValueError(f"Measure {measure.key} cannot be cut by {', '.join(sorted(unknown))}.")
    everything: dict[str, Any] = dict.fromkeys(measure.scope)
    row = sql.rows(measure.sql, {**everything, **scope, "a": a, "b": b})[0]
    return measure.reckon(row) if measure.reckon else row
