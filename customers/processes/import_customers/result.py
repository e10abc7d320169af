"""What an import comes to: its numbers, and the rows that need a person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from customers.models import ImportProblem, ImportRun

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """One row that did not go in."""

    line: int
    row: Mapping[str, Any]
    reason: str
    column: str = ""
    value: str = ""


@dataclass(slots=True)
class Result:
    """What an import came to; a trial and the import that follows give the same."""

    total: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)

    def add(self, other: "Result") -> None:
        self.total += other.total
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.problems += other.problems

    def numbers(self) -> dict[str, int]:
        return {
            "total": self.total,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "failed": len(self.problems),
        }


def keep_problems(run: ImportRun, problems: Iterable[Problem]) -> None:
    ImportProblem.objects.bulk_create(
        [
            ImportProblem(
                run=run,
                line=one.line,
                column=one.column[:120],
                value=one.value[:300],
                reason=one.reason[:300],
                row=one.row,
            )
            for one in problems
        ],
        batch_size=_AT_ONCE,
    )


def count_in(run: ImportRun, result: Result) -> None:
    """Add the numbers of a batch to those of its run."""
    for name, more in result.numbers().items():
        setattr(run, name, getattr(run, name) + more)
