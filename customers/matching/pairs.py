"""The whole of it: a table in, the pairs that are or may be one person out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from customers.matching.blocking import candidates
from customers.matching.cluster import implied
from customers.matching.compare import ALIKE, Feature, Levels, Rows, compared, levels
from customers.matching.table import Table
from customers.matching.weights import LEVELS, Model, believed, learnt, rarity

_CHUNK = 1_000_000
MATCH, REVIEW = 0.9, 0.2
# Pairs further below than rare values could lift them are not looked at again.
_HOPELESS = -14.0
# What tells people apart by itself; anything else that agrees alone is for a person to judge.
_TELLING = ("national_id", "email", "phone")
_ALONE = 3.0
# A pair that two strong matches suggest is believed unless its own attributes speak against it.
_STRONG, _AGAINST = 0.99, -3.0


@dataclass(slots=True)
class Scored:
    """Pairs worth keeping, with their agreement, what it comes to, and whether others imply it."""

    left: Rows
    right: Rows
    agreed: Levels
    bits: NDArray[np.float64]
    implied: NDArray[np.bool_]
    model: Model

    @property
    def chance(self) -> NDArray[np.float64]:
        chance: NDArray[np.float64] = 1 / (1 + np.exp2(-np.clip(self.bits, -60, 60)))
        return chance

    @property
    def matches(self) -> NDArray[np.bool_]:
        return (self.chance >= MATCH) | self.implied

    @property
    def reviews(self) -> NDArray[np.bool_]:
        return (self.chance >= REVIEW) & ~self.matches


def scored(table: Table) -> Scored:
    """Compare the candidates, learn what agreement is worth, score them, and follow on."""
    features = compared(table)
    if not features or table.size < 2:  # noqa: PLR2004  # one alone has no pair
        return _nothing(features)
    pairs = candidates(table)
    packed = _packed(table, features, pairs)
    kinds = np.sort(packed)
    kinds = kinds[np.diff(kinds, prepend=-1) != 0]
    which = np.searchsorted(kinds, packed).astype(np.int32)
    counts = np.bincount(which, minlength=len(kinds))
    del packed
    patterns = _unpacked(kinds, len(features))
    model = learnt(table, features, patterns, counts.astype(float))
    kept = (model.totals(patterns) > _HOPELESS)[which]
    direct = weighed(table, model, pairs[kept], patterns[which[kept]])
    return _followed(table, direct)


def _nothing(features: list[Feature]) -> Scored:
    none = np.zeros(0, np.int64)
    return Scored(
        none, none, np.zeros((0, len(features)), np.int8), np.zeros(0), np.zeros(0, bool),
        believed(features, 2),
    )  # fmt: skip


def weighed(table: Table, model: Model, pairs: Rows, agreed: Levels) -> Scored:
    """Pairs with known agreement, scored with the rarity of their values."""
    left, right = np.divmod(pairs, table.size)
    bits = np.zeros(len(pairs))
    for start in range(0, len(pairs), _CHUNK):
        part = slice(start, start + _CHUNK)
        rare = rarity(model, table, agreed[part], left[part], right[part])
        bits[part] = model.totals(agreed[part], rare)
    alone = _alone(model, agreed)
    bits[alone] = np.minimum(bits[alone], _ALONE)
    return Scored(left, right, agreed, bits, np.zeros(len(pairs), bool), model)


def _alone(model: Model, agreed: Levels) -> NDArray[np.bool_]:
    """Pairs that agree on one attribute only, and on none that is somebody's own.

    In a small file with little in it, one birthday in common would be believed.
    """
    alike = agreed >= ALIKE
    telling = np.array([one.key in _TELLING for one in model.features])
    counted = np.array([one.key != "gender" for one in model.features])
    alone: NDArray[np.bool_] = (alike[:, counted].sum(axis=1) < 2) & ~alike[:, telling].any(axis=1)  # noqa: PLR2004  # one is alone
    return alone


def _followed(table: Table, direct: Scored) -> Scored:
    """The same with the pairs that matches imply."""
    number = direct.left * table.size + direct.right
    more = implied(number[direct.chance >= _STRONG], table.size)
    old = np.isin(number, more)
    direct.implied = old & (direct.bits > _AGAINST)
    fresh = np.setdiff1d(more, number)
    left, right = np.divmod(fresh, table.size)
    unseen = weighed(table, direct.model, fresh, levels(table, direct.model.features, left, right))
    unseen.implied = unseen.bits > _AGAINST
    return Scored(
        np.concatenate([direct.left, unseen.left]),
        np.concatenate([direct.right, unseen.right]),
        np.concatenate([direct.agreed, unseen.agreed]),
        np.concatenate([direct.bits, unseen.bits]),
        np.concatenate([direct.implied, unseen.implied]),
        direct.model,
    )


def _packed(table: Table, features: list[Feature], pairs: Rows) -> NDArray[np.int32]:
    """The agreement of each pair as one number, a chunk at a time."""
    places = LEVELS ** np.arange(len(features), dtype=np.int64)
    out = np.zeros(len(pairs), np.int32)
    for start in range(0, len(pairs), _CHUNK):
        left, right = np.divmod(pairs[start : start + _CHUNK], table.size)
        out[start : start + _CHUNK] = levels(table, features, left, right) @ places
    return out


def _unpacked(kinds: NDArray[np.int32], width: int) -> Levels:
    out = np.zeros((len(kinds), width), np.int8)
    rest = kinds.astype(np.int64)
    for at in range(width):
        rest, out[:, at] = np.divmod(rest, LEVELS)
    return out
