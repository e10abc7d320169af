"""Which pairs are looked at: records that share a key in one of many passes.

Each pass is paid for from one budget, smallest groups first, so that a common name or a big house
costs no more than it is likely to find.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from customers.matching.normalise import phonetic
from customers.matching.table import Column, Table

Pairs = NDArray[np.int64]
_A_RECORD = 40
_LEAST = 3_000_000
# One pass may spend this share of the whole.
_SHARE = 6

_PASSES = (
    ("id",), ("phone",), ("phone_2",), ("email",), ("names", "born"), ("names", "post"),
    ("names", "year"), ("born", "given1"), ("born", "family1"), ("born", "post"), ("born",),
    ("names",), ("family", "born_md"), ("given", "born_md"), ("family", "post"), ("given", "post"),
    ("street", "house", "family1"), ("street", "house"), ("family", "street"), ("given", "street"),
    ("family", "house", "year"), ("given", "house", "year"), ("id_head", "given1"),
    ("id_tail", "given1"), ("id_head", "family1"), ("id_tail", "family1"), ("id_head", "year"),
    ("id_tail", "year"), ("house", "post"), ("family", "year"), ("given", "year"),
    ("street", "post"), ("street", "town"), ("family", "town"), ("given", "town"),
    ("family", "house"), ("given", "house"), ("phone_tail", "given1"), ("phone_tail", "family1"),
    ("mail_name",), ("year", "house", "post"), ("born_md", "house"), ("born_md", "post"),
    ("born_md", "street"), ("street",), ("family", "given1"), ("given", "family1"),
)  # fmt: skip


def candidates(table: Table) -> Pairs:
    """Each pair worth comparing once, as left × size + right, left before right."""
    size = table.size
    budget = max(_A_RECORD * size, _LEAST)
    keys = dict(_keys(table))
    found: list[Pairs] = []
    spent = 0
    for names in _PASSES:
        if not all(name in keys for name in names) or spent >= budget:
            continue
        pairs = _sharing(_joined([keys[name] for name in names]), size, budget // _SHARE)
        spent += len(pairs)
        found.append(pairs)
        if len(found) > 4:  # noqa: PLR2004  # what stands twice is let go before it grows
            found = [_distinct(found)]
            spent = len(found[0])
    return _distinct(found)


def _distinct(found: list[Pairs]) -> Pairs:
    """Each pair once, by sorting in place: for numbers of pairs that outgrow hashing."""
    every = np.concatenate([np.zeros(0, np.int64), *found])
    found.clear()
    every.sort()
    first: NDArray[np.bool_] = np.diff(every, prepend=-1) != 0
    return every[first]


def _keys(table: Table) -> Iterator[tuple[str, NDArray[np.int64]]]:
    for role, made in _MADE.items():
        if role in table.columns:
            for key, make in made.items():
                yield key, table.columns[role].turned(make).codes.astype(np.int64)
    if table.has("given_name", "family_name"):
        yield "names", _both_names(table.columns["given_name"], table.columns["family_name"])


def _both_names(given: Column, family: Column) -> NDArray[np.int64]:
    """How both names sound, in whichever place they stand."""
    sounds: dict[str, int] = {"": 0}
    one, other = (
        np.fromiter(
            (sounds.setdefault(phonetic(value), len(sounds)) for value in column.values),
            np.int64,
            len(column.values),
        )[column.codes]
        for column in (given, family)
    )
    key: NDArray[np.int64] = np.minimum(one, other) * len(sounds) + np.maximum(one, other)
    return np.where((one == 0) | (other == 0), 0, key)


def _first(value: str) -> str:
    return value[:1]


def _year(value: str) -> str:
    return value[:4]


def _month_and_day(value: str) -> str:
    """Month and day in either order."""
    return "".join(sorted((value[4:6], value[6:8]))) if len(value) == 8 else ""  # noqa: PLR2004  # digits of a date or letters of a name


def _head(value: str) -> str:
    return value[: (len(value) + 1) // 2] if len(value) > 4 else ""  # noqa: PLR2004  # digits of a date or letters of a name


def _tail(value: str) -> str:
    return value[len(value) // 2 :] if len(value) > 4 else ""  # noqa: PLR2004  # digits of a date or letters of a name


def _mail_name(value: str) -> str:
    name = value.partition("@")[0]
    return name if len(name) > 5 else ""  # noqa: PLR2004  # digits of a date or letters of a name


_MADE: dict[str, dict[str, Callable[[str], str]]] = {
    "given_name": {"given": phonetic, "given1": _first},
    "family_name": {"family": phonetic, "family1": _first},
    "birth_date": {"born": str, "year": _year, "born_md": _month_and_day},
    "national_id": {"id": str, "id_head": _head, "id_tail": _tail},
    "phone": {"phone": str, "phone_tail": _tail},
    "phone_2": {"phone_2": str},
    "email": {"email": str, "mail_name": _mail_name},
    "postcode": {"post": str},
    "locality": {"town": phonetic},
    "street": {"street": phonetic},
    "house_number": {"house": str},
}


def _joined(keys: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """One key of several; unknown when one of them is."""
    joined = keys[0]
    known = joined != 0
    for key in keys[1:]:
        known &= key != 0
        joined = joined * (int(key.max(initial=0)) + 1) + key
    return np.where(known, joined, 0)


def _sharing(key: NDArray[np.int64], size: int, budget: int) -> Pairs:
    """Pairs of records with the same key, from the smallest groups on while the budget lasts."""
    known = np.flatnonzero(key)
    order = known[np.argsort(key[known], kind="stable")]
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    lengths = np.diff(np.append(starts, len(order)))
    by_length = np.argsort(lengths, kind="stable")
    cost = np.cumsum(lengths[by_length] * (lengths[by_length] - 1) // 2)
    kept = by_length[: np.searchsorted(cost, budget, side="right")]
    found = [np.zeros(0, np.int64)]
    for length in np.unique(lengths[kept]):
        if length < 2:  # noqa: PLR2004  # nobody shares it
            continue
        groups = starts[kept[lengths[kept] == length]]
        one, other = np.triu_indices(int(length), 1)
        rows = order[groups[:, None] + np.arange(length)]
        rows.sort(axis=1)
        found.append((rows[:, one] * size + rows[:, other]).ravel())
    return np.concatenate(found)
