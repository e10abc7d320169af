"""What an agreement is worth: Fellegi and Sunter's weights, learnt from the records themselves.

u (how often strangers agree) is counted; m (how often records of one person agree) and the share
of pairs that are one person are found by expectation maximisation over the candidates. What few
records can't say comes from beliefs that every larger file outvotes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from customers.matching.compare import ALIKE, NEAR, SAME, Feature, levels
from customers.matching.table import Column, Table

Floats = NDArray[np.float64]
LEVELS = SAME + 1
# How often records of one person differ, are alike, near, the same: what is believed at first.
_M = (0.08, 0.05, 0.12, 0.75)
# How often strangers are alike, near, the same.
_U = {
    "given_name": (0.04, 0.01, 0.004),
    "family_name": (0.03, 0.006, 0.002),
    "middle_name": (0.06, 0.01, 0.01),
    "birth_date": (0.004, 0.0008, 0.00005),
    "national_id": (0.0004, 0.00002, 0.000001),
    "phone": (0.0004, 0.00002, 0.000002),
    "email": (0.0004, 0.00002, 0.000001),
    "house_number": (0.02, 0.04, 0.02),
    "street": (0.01, 0.002, 0.0008),
    "place": (0.01, 0.004, 0.002),
    "gender": (0.0, 0.0, 0.5),
}
# Past these, “one person” would mean something else.
_M_DIFFERS, _M_SAME, _LEAST_SHARE = 0.25, 0.4, 0.001
_M_TRUST, _U_TRUST, _DUPLICATE_RATE = 30.0, 2_000.0, 0.01
# Addresses are made of names and numbers given out in a row: nearly the same is no coincidence.
_MOST = {"email": {ALIKE: 3.0, NEAR: 6.0}, "phone": {ALIKE: 3.0, NEAR: 6.0}}
_SAMPLE = 400_000
_ROUNDS = 30
_SETTLED = 1e-6
# One name at one address: how likely one person, believed as firmly as by so many pairs; learnt.
_TOGETHER, _TOGETHER_TRUST, _TOGETHER_LIMITS = 0.33, 30.0, (-12.0, 8.0)
_TERM_TRUST = 1_000.0


@dataclass(slots=True)
class Model:
    """The weights of one base: bits per feature and level, and where one starts from."""

    features: list[Feature]
    m: Floats
    u: Floats
    prior: float
    together: float = _TOGETHER
    rounds: int = 0
    bits: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.weigh()

    def weigh(self) -> None:
        self.bits = np.zeros((len(self.features), LEVELS))
        learnt_bits = np.log2(self.m[:, 1:] / self.u[:, 1:])
        # Agreeing more never counts for less, whatever a few pairs happened to show.
        self.bits[:, 1:] = np.maximum.accumulate(learnt_bits, axis=1)
        for at, feature in enumerate(self.features):
            for level, most in _MOST.get(feature.key, {}).items():
                self.bits[at, level] = min(self.bits[at, level], most)

    @property
    def start(self) -> float:
        """Bits for two records of which nothing is known."""
        return _odds(self.prior)

    def each(self, agreed: NDArray[np.int8], rare: Floats | None = None) -> Floats:
        """Bits of each pair and feature."""
        each: Floats = np.take_along_axis(self.bits, agreed.T.astype(np.intp), axis=1).T
        return each if rare is None else each + rare

    def totals(self, agreed: NDArray[np.int8], rare: Floats | None = None) -> Floats:
        """Bits of each pair, the shared attributes held to what a household would show."""
        each = self.each(agreed, rare)
        shared = self.shared
        together = np.minimum(each[:, shared].sum(axis=1), self.limits(each))
        total: Floats = self.start + together + each[:, ~shared].sum(axis=1)
        return total

    def limits(self, each: Floats) -> Floats:
        """The most that what a household shares can add to each pair.

        However often one name at one address turned out to be one person: whose own attributes
        differ on the whole is somebody else of that household.
        """
        own = each[:, ~self.shared].sum(axis=1)
        apart = min(self.household, _odds(_TOGETHER) - self.start)
        limits: Floats = np.where(own < 0, apart, self.household)
        return limits

    @property
    def shared(self) -> NDArray[np.bool_]:
        return np.array([feature.shared for feature in self.features], bool)

    @property
    def household(self) -> float:
        """The most that what a household shares can add."""
        lowest, highest = _TOGETHER_LIMITS
        return min(max(_odds(self.together), lowest), highest) - self.start

    def at_home(self, agreed: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Pairs whose name and address alone would make them one person."""
        shared = self.shared
        sums: Floats = self.each(agreed)[:, shared].sum(axis=1)
        return sums + self.start > 0

    def as_json(self) -> dict[str, Any]:
        return {
            "prior": self.prior,
            "together": self.together,
            "m": {one.key: self.m[at, 1:].tolist() for at, one in enumerate(self.features)},
            "u": {one.key: self.u[at, 1:].tolist() for at, one in enumerate(self.features)},
        }

    def take_over(self, kept: Mapping[str, Any]) -> None:
        """Weights learnt before, of those features that were seen then."""
        self.prior, self.together = kept["prior"], kept["together"]
        for at, feature in enumerate(self.features):
            if feature.key in kept["m"]:
                self.m[at, 1:], self.u[at, 1:] = kept["m"][feature.key], kept["u"][feature.key]
        self.weigh()


def _odds(chance: float) -> float:
    return float(np.log2(chance / (1 - chance)))


def held_together(model: Model, each: Floats) -> Floats:
    """Bits by feature that add up to the total: what a household shares scaled to its limit."""
    out = each.copy()
    sums = each[:, model.shared].sum(axis=1)
    limits = model.limits(each)
    over = sums > limits
    scale = np.where(over, limits / np.where(over, sums, 1), 1.0)
    out[:, model.shared] *= scale[:, None]
    return out


def believed(features: list[Feature], size: int) -> Model:
    """What is believed before a record is seen."""
    m, u = np.ones((len(features), LEVELS)), np.ones((len(features), LEVELS))
    m[:, 1:] = _M
    for at, feature in enumerate(features):
        u[at, 2:] = _U[feature.key]
        u[at, 1] = 1 - u[at, 2:].sum()
    u = np.maximum(u, 1e-9)
    pairs = max(size * (size - 1) / 2, 1)
    return Model(features, m, u, min(_DUPLICATE_RATE * size / pairs, 0.05))


def learnt(
    table: Table, features: list[Feature], patterns: NDArray[np.int8], counts: Floats
) -> Model:
    """The model of a base, from the agreement patterns of its candidates and their numbers."""
    size = table.size
    model = believed(features, size)
    pairs = max(size * (size - 1) / 2, 1.0)
    first_m, first_u, first_prior = model.m.copy(), model.u.copy(), model.prior
    chance, seen = _by_chance(table, features)
    for _ in range(_ROUNDS):
        before = model.prior
        belief = 1 / (1 + np.exp2(-np.clip(model.totals(patterns), -60, 60)))
        one = belief * counts
        model.prior = float((one.sum() + first_prior * pairs * 0.1) / (pairs * 1.1))
        home = model.at_home(patterns)
        model.together = float(
            (one[home].sum() + _TOGETHER * _TOGETHER_TRUST) / (counts[home].sum() + _TOGETHER_TRUST)
        )
        for at in range(len(features)):
            agreed = np.bincount(patterns[:, at], one, LEVELS)[1:] + first_m[at, 1:] * _M_TRUST
            model.m[at, 1:] = _as_one_person(agreed / agreed.sum())
            met = model.prior * model.m[at, 1:] * chance[at, 1:].sum()
            strangers = np.maximum(chance[at, 1:] - met, 0)
            weighed = strangers * seen + first_u[at, 1:] * _U_TRUST
            model.u[at, 1:] = weighed / weighed.sum()
        model.rounds += 1
        model.weigh()
        if abs(model.prior - before) < _SETTLED * model.prior:
            break
    return model


def _as_one_person(share: Floats) -> Floats:
    """Records of one person mostly agree: what does not is another kind of pair, and no lesson.

    Without this a file that holds nobody twice would teach that namesakes are one person.
    """
    differs, same = share[0], share[-1]
    if differs <= _M_DIFFERS and same >= _M_SAME:
        return share
    out = share.copy()
    out[0] = min(differs, _M_DIFFERS)
    out[-1] = max(same, _M_SAME)
    between = out[1:-1].sum()
    out[1:-1] *= (1 - out[0] - out[-1]) / between if between else 0
    held: Floats = np.maximum(out, _LEAST_SHARE)
    held /= held.sum()
    return held


def _by_chance(table: Table, features: list[Feature]) -> tuple[Floats, float]:
    """How often any two records agree, from pairs drawn at random; how many were drawn."""
    size = table.size
    drawn = min(_SAMPLE, size * size)
    random = np.random.default_rng(7)
    left, right = random.integers(0, size, drawn), random.integers(0, size, drawn)
    kept = left != right
    agreed = levels(table, features, left[kept], right[kept])
    chance = np.zeros((len(features), LEVELS))
    for at in range(len(features)):
        tally = np.bincount(agreed[:, at], minlength=LEVELS).astype(float)
        tally[0] = 0
        chance[at] = tally / max(tally.sum(), 1)
    return chance, float(len(agreed))


def rarity(
    model: Model,
    table: Table,
    agreed: NDArray[np.int8],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
) -> Floats:
    """Bits more for agreeing on a rare value, less for a common one."""
    out = np.zeros(agreed.shape)
    for at, feature in enumerate(model.features):
        if feature.key == "gender":
            continue
        same = np.flatnonzero(agreed[:, at] == SAME)
        if not len(same):
            continue
        usual = model.u[at, SAME]
        share = np.full(len(same), 1.0)
        for role in feature.roles:
            if column := table.columns.get(role):
                held = _shares(column, table.size, usual)
                a, b = column.codes[left[same]], column.codes[right[same]]
                share = np.minimum(share, np.where((a == b) & (a != 0), held[a], 1.0))
        found = share < 1
        out[same[found], at] = np.log2(usual / share[found])
    return out


def _shares(column: Column, size: int, usual: float) -> Floats:
    """How much of the base holds each value, the pair itself not counted."""
    typical = min(usual * _TERM_TRUST, _TERM_TRUST * 0.002)
    held = np.maximum(column.frequency - 2, 0) + typical
    return np.maximum(held, 0.2) / (size + _TERM_TRUST)
