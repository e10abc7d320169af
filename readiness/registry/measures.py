"""Declare a number to watch, with the SQL of the app that owns the tables."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """A KPI: its catalogue id, its definition in words, and the statement that answers it.

    `sql` names a file for crm.sql with parameters a and b (from, until); it returns one row with
    value, n and excluded.
    """

    key: str
    title: str
    definition: str
    sql: str
    better: str
    unit: str = "ratio"
    processes: tuple[str, ...] = ()


_declared: dict[str, Measure] = {}


def declare(measure: Measure) -> Measure:
    if _declared.setdefault(measure.key, measure) is not measure:
        raise ValueError(f"Measure {measure.key} is declared twice.")
    return measure


def declared() -> tuple[Measure, ...]:
    return tuple(_declared[key] for key in sorted(_declared))
