"""How far two records agree on each attribute, as a level from unknown to the same."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, Indel, JaroWinkler
from rapidfuzz.process import cpdist

from customers.matching.table import Codes, Column, Table

Levels = NDArray[np.int8]
Rows = NDArray[np.int64]
UNKNOWN, DIFFERS, ALIKE, NEAR, SAME = range(5)
_JW_NEAR, _JW_ALIKE = 0.91, 0.80
_TEXT_NEAR, _TEXT_ALIKE = 0.86, 0.70
_WHOLE_DATE = 8
_WORTH_THREADS = 10_000


@dataclass(frozen=True, slots=True)
class Feature:
    """One attribute that is compared; `shared` ones are common to everyone of a household."""

    key: str
    roles: tuple[str, ...]
    top: int = SAME
    shared: bool = False


FEATURES = (
    Feature("given_name", ("given_name",)),
    Feature("family_name", ("family_name",), shared=True),
    Feature("middle_name", ("middle_name",)),
    Feature("birth_date", ("birth_date",)),
    Feature("national_id", ("national_id",)),
    Feature("phone", ("phone", "phone_2", "phone_3"), shared=True),
    Feature("email", ("email", "email_2", "email_3")),
    Feature("house_number", ("house_number",), shared=True),
    Feature("street", ("street", "street_more"), shared=True),
    Feature("place", ("locality", "postcode"), shared=True),
    Feature("gender", ("gender",)),
)


def compared(table: Table) -> list[Feature]:
    """What can be compared in this table."""
    return [one for one in FEATURES if any(role in table.columns for role in one.roles)]


def levels(table: Table, features: list[Feature], left: Rows, right: Rows) -> NDArray[np.int8]:
    """One row a pair, one column a feature."""
    out = np.zeros((len(left), len(features)), np.int8)
    at = {feature.key: number for number, feature in enumerate(features)}
    for key, number in at.items():
        out[:, number] = _COMPARE[key](table, left, right)
    if "given_name" in at and "family_name" in at:
        _cross(table, left, right, out, (at["given_name"], at["family_name"]))
    return out


def _cross(table: Table, left: Rows, right: Rows, out: Levels, places: tuple[int, int]) -> None:
    """Given and family name in each other's place."""
    given, family = places
    direct = out[:, given] + out[:, family]
    unsure = np.flatnonzero((out[:, given] <= ALIKE) & (out[:, family] <= ALIKE))
    if not len(unsure):
        return
    one, other = table.columns["given_name"], table.columns["family_name"]
    a, b = left[unsure], right[unsure]
    turned_given = _judged(one, other, one.codes[a], other.codes[b], _name_levels)
    turned_family = _judged(other, one, other.codes[a], one.codes[b], _name_levels)
    better = turned_given + turned_family > direct[unsure] + 1
    out[unsure[better], given] = turned_given[better]
    out[unsure[better], family] = turned_family[better]


@dataclass(frozen=True, slots=True)
class _Beside:
    """Values of two columns side by side that are known and not the same."""

    one: Column
    other: Column
    a: Codes
    b: Codes

    def texts(self) -> tuple[list[str], list[str]]:
        return self.one.values[self.a].tolist(), self.other.values[self.b].tolist()

    def agree(self, change: Callable[[str], str]) -> NDArray[np.bool_]:
        """Whether `change` makes the same of both."""
        left, right = self.one.marks(change)[self.a], self.other.marks(change)[self.b]
        both: NDArray[np.bool_] = (left == right) & (left != 0)
        return both

    def shorter(self) -> NDArray[np.int32]:
        return np.minimum(self.one.lengths[self.a], self.other.lengths[self.b])


Judge = Callable[[_Beside], Levels]


def _judged(one: Column, other: Column, a: Codes, b: Codes, judge: Judge) -> Levels:
    """Levels of two columns: equal and unknown values are seen without reading them."""
    out = np.zeros(len(a), np.int8)
    known = (a != 0) & (b != 0)
    if not known.any():
        return out
    equal = a == b if one is other else one.marks(str)[a] == other.marks(str)[b]
    same = known & equal
    out[same] = SAME
    rest = np.flatnonzero(known & ~same)
    if len(rest):
        out[rest] = judge(_Beside(one, other, a[rest], b[rest]))
    return out


def _spread(scorer: Any, beside: _Beside, least: float) -> NDArray[np.float32]:
    a, b = beside.texts()
    return cpdist(a, b, scorer=scorer, score_cutoff=least, dtype=np.float32, workers=_workers(a))


def _workers(a: list[str]) -> int:
    return -1 if len(a) > _WORTH_THREADS else 1


def _slips(beside: _Beside, most: int) -> NDArray[np.uint8]:
    """Typing slips between two texts: a letter more, less, another, or two swapped."""
    a, b = beside.texts()
    return cpdist(a, b, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8, workers=_workers(a))


def _name_levels(beside: _Beside) -> Levels:
    slips, short = _slips(beside, 2), beside.shorter()
    close = _spread(JaroWinkler.similarity, beside, _JW_ALIKE)
    out = np.full(len(short), DIFFERS, np.int8)
    out[(close >= _JW_ALIKE) | ((slips <= 2) & (short > 4))] = ALIKE  # noqa: PLR2004  # slips and letters that still count as alike
    out[(short == 1) & beside.agree(_initial)] = ALIKE
    out[beside.agree(_longest)] = ALIKE
    out[((slips <= 1) & (short > 2)) | (close >= _JW_NEAR)] = NEAR  # noqa: PLR2004  # slips and letters that still count as alike
    out[beside.agree(_tight) | beside.agree(_in_order)] = NEAR
    return out


def _text_levels(beside: _Beside) -> Levels:
    close = _spread(Indel.normalized_similarity, beside, _TEXT_ALIKE)
    out = np.full(len(close), DIFFERS, np.int8)
    out[close >= _TEXT_ALIKE] = ALIKE
    out[(close >= _TEXT_NEAR) | beside.agree(_in_order)] = NEAR
    out[beside.agree(_tight)] = SAME
    return out


def _date_levels(beside: _Beside) -> Levels:
    """A slip, day and month exchanged, or one of the three parts wrong."""
    slips = _slips(beside, 2)
    out = np.full(len(slips), DIFFERS, np.int8)
    for two in (_year_month, _year_day, _month_day):
        out[beside.agree(two)] = ALIKE
    out[slips == 2] = ALIKE  # noqa: PLR2004  # slips and letters that still count as alike
    out[(slips <= 1) | beside.agree(_either_order)] = NEAR
    return out


def _code_levels(beside: _Beside, *, short: int) -> Levels:
    """Numbers and codes: a slip of one or two characters counts for those long enough."""
    slips, length = _slips(beside, 2), beside.shorter()
    out = np.full(len(slips), DIFFERS, np.int8)
    out[(slips <= 2) & (length >= short + 3)] = ALIKE  # noqa: PLR2004  # slips and letters that still count as alike
    out[(slips <= 1) & (length >= short)] = NEAR
    return out


def _email_levels(beside: _Beside) -> Levels:
    slips = _slips(beside, 2)
    out = np.full(len(slips), DIFFERS, np.int8)
    # Two slips are another birth year behind the name as easily as a slip of the finger.
    out[beside.agree(_mail_name) | (slips == 2)] = ALIKE  # noqa: PLR2004  # two slips, as said above
    out[slips <= 1] = NEAR
    return out


def _never(beside: _Beside) -> Levels:
    return np.full(len(beside.a), DIFFERS, np.int8)


def _initial(value: str) -> str:
    return value[:1]


def _longest(value: str) -> str:
    """The longest part of a name, where it stands with others or could."""
    part = max(value.split(), key=len, default="")
    return part if len(part) > 3 else ""  # noqa: PLR2004  # “van” and “de” say little


def _tight(value: str) -> str:
    return value.replace(" ", "")


def _in_order(value: str) -> str:
    parts = value.split()
    return " ".join(sorted(parts)) if len(parts) > 1 else ""


def _year_month(value: str) -> str:
    return value[:6] if len(value) == _WHOLE_DATE else ""


def _year_day(value: str) -> str:
    return value[:4] + value[6:] if len(value) == _WHOLE_DATE else ""


def _month_day(value: str) -> str:
    return value[4:] if len(value) == _WHOLE_DATE else ""


def _either_order(value: str) -> str:
    if len(value) != _WHOLE_DATE:
        return ""
    return value[:4] + "".join(sorted((value[4:6], value[6:])))


def _mail_name(value: str) -> str:
    name = value.partition("@")[0]
    return name if len(name) > 5 else ""  # noqa: PLR2004  # “info@” is many people


def _best_of(
    roles: tuple[str, ...],
    judge: Judge,
    table: Table,
    left: Rows,
    right: Rows,
) -> Levels:
    """The best agreement between any of these columns and any other of them."""
    columns = [table.columns[role] for role in roles if role in table.columns]
    columns = [column for column in columns if not column.empty]
    if len(columns) == 1:
        (one,) = columns
        return _judged(one, one, one.codes[left], one.codes[right], judge)
    best = np.zeros(len(left), np.int8)
    for one in columns:
        for other in columns:
            a, b = one.codes[left], other.codes[right]
            best = np.maximum(best, _judged(one, other, a, b, judge))
    return best


def _place(table: Table, left: Rows, right: Rows) -> Levels:
    """Town and postcode together: they say nearly the same."""
    town = _best_of(("locality",), _text_levels, table, left, right)
    post = _best_of(("postcode",), partial(_code_levels, short=3), table, left, right)
    if not table.has("locality", "postcode"):
        return np.maximum(town, post)
    both = np.minimum(town, post)
    one = np.maximum(town, post)
    out = np.where(both == UNKNOWN, np.where(one == SAME, NEAR, one), DIFFERS).astype(np.int8)
    out[(both >= DIFFERS) & (one == SAME)] = ALIKE
    out[(both >= ALIKE) & (one >= NEAR)] = NEAR
    out[both == SAME] = SAME
    return out


_COMPARE: dict[str, Callable[[Table, Rows, Rows], Levels]] = {
    "given_name": partial(_best_of, ("given_name",), _name_levels),
    "family_name": partial(_best_of, ("family_name",), _name_levels),
    "middle_name": partial(_best_of, ("middle_name",), _name_levels),
    "birth_date": partial(_best_of, ("birth_date",), _date_levels),
    "national_id": partial(_best_of, ("national_id",), partial(_code_levels, short=5)),
    "phone": partial(_best_of, ("phone", "phone_2", "phone_3"), partial(_code_levels, short=7)),
    "email": partial(_best_of, ("email", "email_2", "email_3"), _email_levels),
    "house_number": partial(_best_of, ("house_number",), partial(_code_levels, short=2)),
    "street": partial(_best_of, ("street", "street_more"), _text_levels),
    "place": _place,
    "gender": partial(_best_of, ("gender",), _never),
}
