"""Which reports there are; apps register what they can tell a customer about a period."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.functional import Promise

Cell = str | int | float | Decimal | datetime | None


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a report."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What a report says: a few figures first, then its tables."""

    figures: Sequence[tuple[str, str]]
    sections: Sequence[Section]

    @property
    def rows(self) -> int:
        return sum(len(section.rows) for section in self.sections)


@dataclass(frozen=True, slots=True)
class ReportKind:
    """One kind of report; `build(customer_id, since, until)` speaks the customer's language."""

    key: str
    title: str | Promise
    order: int
    build: Callable[[int, datetime, datetime], Content]


_kinds: dict[str, ReportKind] = {}


def register(kind: ReportKind) -> ReportKind:
    """Add a kind; the same key twice is a programming error."""
    if _kinds.setdefault(kind.key, kind) is not kind:
        raise ValueError(f"Report {kind.key} is registered twice.")
    return kind


def registered() -> tuple[ReportKind, ...]:
    return tuple(sorted(_kinds.values(), key=lambda one: (one.order, one.key)))


def named(key: str) -> ReportKind:
    """The kind of that key; KeyError when nobody registered it."""
    return _kinds[key]
