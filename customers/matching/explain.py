"""Why a pair has its score: one reason for each attribute, strongest first."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from customers.matching.compare import ALIKE, DIFFERS, NEAR, SAME, UNKNOWN, Feature
from customers.matching.table import Table
from customers.matching.weights import Model, held_together, rarity

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
    model: Model, table: Table, left: int, right: int, agreed: NDArray[np.int8]
) -> list[Reason]:
    """The reasons of one pair, those that weigh most first; what is unknown says nothing."""
    one, other = np.array([left]), np.array([right])
    row = agreed.reshape(1, -1)
    each = model.each(row, rarity(model, table, row, one, other))
    bits = held_together(model, each)[0]
    said = [
        Reason(
            feature.key,
            int(level),
            _value(table, feature, left),
            _value(table, feature, right),
            float(bits[at]),
        )
        for at, (feature, level) in enumerate(zip(model.features, agreed, strict=True))
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
