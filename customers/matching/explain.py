"""Why a pair has its score: one reason for each attribute, strongest first."""

from collections.abc import Iterator
from dataclasses import dataclass

from customers.matching.compare import (
    ALIKE,
    DIFFERS,
    NEAR,
    SAME,
    UNKNOWN,
    Feature,
    Levels,
    Rows,
)
from customers.matching.table import Table
from customers.matching.weights import Model, held_together, rarity

_CHUNK = 50_000
_SAID = {UNKNOWN: "unknown", DIFFERS: "differs", ALIKE: "alike", NEAR: "near", SAME: "same"}


@dataclass(frozen=True, slots=True)
class Reason:
    """What one attribute says: how it agrees, both values, and its share of the score in bits."""

    key: str
    level: int
    left: str
    right: str
    bits: float

    def __str__(self) -> str:
        label = self.key.replace("_", " ")
        if self.level == SAME and self.left == self.right:
            return f"{label} same ({self.left}) {self.bits:+.1f}"
        return f"{label} {_SAID[self.level]} ({self.left} / {self.right}) {self.bits:+.1f}"


def reasons(
    model: Model, table: Table, left: Rows, right: Rows, agreed: Levels, *, rare: bool = True
) -> Iterator[list[Reason]]:
    """The reasons of each pair, those that weigh most first; what is unknown says nothing."""
    for start in range(0, len(left), _CHUNK):
        part = slice(start, start + _CHUNK)
        more = rarity(model, table, agreed[part], left[part], right[part]) if rare else None
        each = model.each(agreed[part], more)
        bits = held_together(model, each).tolist()
        pairs = zip(
            left[part].tolist(), right[part].tolist(), agreed[part].tolist(), bits, strict=True
        )
        for one, other, levels, worth in pairs:
            yield _said(model, table, one, other, list(zip(levels, worth, strict=True)))


def _said(
    model: Model, table: Table, one: int, other: int, each: list[tuple[int, float]]
) -> list[Reason]:
    said = [
        Reason(feature.key, level, _value(table, feature, one), _value(table, feature, other), bits)
        for feature, (level, bits) in zip(model.features, each, strict=True)
        if level != UNKNOWN
    ]
    return sorted(said, key=lambda reason: -abs(reason.bits))


def _value(table: Table, feature: Feature, row: int) -> str:
    columns = (table.columns.get(role) for role in feature.roles)
    texts = (str(column.values[column.codes[row]]) for column in columns if column is not None)
    return " ".join(filter(None, texts))


def sentence(said: list[Reason], start: float) -> str:
    """The reasons as one line of a file."""
    return "; ".join([*map(str, said), f"before any reason {start:+.1f}"])
