"""Records side by side: each value kept once, each record a row of small numbers."""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from customers.matching import normalise

Codes = NDArray[np.int32]
# Roles that several columns may fill: the first that says something stands for the record.
_BY_PARTS = ("birth_year", "birth_month", "birth_day")


@dataclass(slots=True)
class Column:
    """One attribute of every record; code 0 means that nothing is known."""

    values: NDArray[np.object_]
    codes: Codes
    _marks: dict[Callable[[str], str], NDArray[np.int64]] = field(default_factory=dict)
    _lengths: NDArray[np.int32] | None = None
    _frequency: NDArray[np.float64] | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is known of anybody."""
        return len(self.values) == 1

    def marks(self, change: Callable[[str], str]) -> NDArray[np.int64]:
        """What `change` makes of each value, as a number to compare: 0 where it makes nothing."""
        if change not in self._marks:
            self._marks[change] = np.fromiter(
                (hash(text) if (text := change(value)) else 0 for value in self.values),
                np.int64,
                len(self.values),
            )
        return self._marks[change]

    @property
    def lengths(self) -> NDArray[np.int32]:
        if self._lengths is None:
            lengths = (len(value) for value in self.values)
            self._lengths = np.fromiter(lengths, np.int32, len(self.values))
        return self._lengths

    @property
    def frequency(self) -> NDArray[np.float64]:
        """How many records hold each value."""
        if self._frequency is None:
            self._frequency = self._counted()
        return self._frequency

    def _counted(self) -> NDArray[np.float64]:
        counts: NDArray[np.float64] = np.bincount(self.codes, minlength=len(self.values)).astype(
            np.float64
        )
        return counts

    def turned(self, change: Callable[[str], str]) -> "Column":
        """Another attribute made of this one, value by value; of nothing comes nothing."""
        if self.empty:
            return self
        known: dict[str, int] = {"": 0}
        new = np.fromiter(
            (known.setdefault(change(value), len(known)) for value in self.values),
            np.int32,
            len(self.values),
        )
        return Column(np.array(list(known), dtype=object), new[self.codes])


@dataclass(slots=True)
class Table:
    """The columns of all records, by role."""

    size: int
    columns: dict[str, Column]

    def has(self, *roles: str) -> bool:
        return all(role in self.columns for role in roles)


class Filler:
    """Takes records one by one and keeps each distinct value once."""

    def __init__(self, roles: Mapping[str, Sequence[str]]) -> None:
        self._roles = roles
        self._places = [column for columns in roles.values() for column in columns]
        self._known: list[dict[str, int]] = [{"": 0} for _ in self._places]
        self._codes = [array("i") for _ in self._places]
        self._size = 0

    def add(self, values: Sequence[str]) -> None:
        """One record: its values in the order of `places`."""
        for known, codes, value in zip(self._known, self._codes, values, strict=True):
            codes.append(known.setdefault(value, len(known)))
        self._size += 1

    @property
    def places(self) -> list[str]:
        return self._places

    def table(self) -> Table:
        raw = iter(
            Column(np.array(list(known), dtype=object), np.array(codes, np.int32))
            for known, codes in zip(self._known, self._codes, strict=True)
        )
        columns: dict[str, Column] = {}
        for role, names in self._roles.items():
            for at in range(len(names)):
                key = role if not at else f"{role}_{at + 1}"
                columns[key] = next(raw)
        return Table(self._size, _completed(columns))


def _completed(columns: dict[str, Column]) -> dict[str, Column]:
    """Every column in its one spelling; names and addresses taken apart where they stand whole."""
    dated = _date_of_parts(columns)
    out: dict[str, Column] = {}
    for key, column in columns.items():
        role = key.rstrip("_0123456789")
        if role in normalise.BY_ROLE:
            out[key] = _spelled(role, column)
    if dated is not None and "birth_date" not in out:
        out["birth_date"] = dated
    whole = out.pop("full_name", None)
    if whole is not None and "given_name" not in out and "family_name" not in out:
        raw = columns["full_name"]
        out["given_name"] = raw.turned(lambda text: normalise.name(split_name(text)[0]))
        out["family_name"] = raw.turned(lambda text: normalise.name(split_name(text)[1]))
    if "street" in out and "house_number" not in out:
        spelled = out["street"]
        out["house_number"] = spelled.turned(lambda text: split_street(text)[0])
        out["street"] = spelled.turned(lambda text: split_street(text)[1])
    return out


def _spelled(role: str, column: Column) -> Column:
    if role == "birth_date":
        month_first = normalise.writes_month_first(column.values)
        return column.turned(lambda text: normalise.birth_date(text, month_first=month_first))
    return column.turned(normalise.BY_ROLE[role])


def _date_of_parts(columns: dict[str, Column]) -> Column | None:
    parts = [columns.pop(role, None) for role in _BY_PARTS]
    year, month, day = parts
    if year is None:
        return None
    texts = [part.values[part.codes] if part else None for part in (year, month, day)]
    known: dict[str, int] = {"": 0}
    codes = []
    for at in range(len(year.codes)):
        said = [str(text[at]).strip() if text is not None else "" for text in texts]
        whole = said[0].zfill(4) + said[1].zfill(2) + said[2].zfill(2) if said[0] else ""
        codes.append(known.setdefault(whole, len(known)))
    return Column(np.array(list(known), dtype=object), np.array(codes, np.int32))


def split_name(text: str) -> tuple[str, str]:
    """Given and family name of a name written whole: “Nair, Priya” or “Priya Nair”."""
    if "," in text:
        family, _, given = text.partition(",")
        return given.strip(), family.strip()
    parts = text.split()
    if len(parts) == 1:
        return "", text.strip()
    return " ".join(parts[:-1]), parts[-1] if parts else ""


def split_street(text: str) -> tuple[str, str]:
    """House number and street of an address line, wherever the number stands."""
    parts = text.split()
    for at in (0, -1):
        if len(parts) > 1 and parts[at][:1].isdigit():
            rest = parts[1:] if at == 0 else parts[:-1]
            return parts[at], " ".join(rest)
    return "", text


def table_of(records: Iterable[Mapping[str, str]], roles: Sequence[str]) -> Table:
    """A table of plain records, role → value."""
    filler = Filler({role: [role] for role in roles})
    for record in records:
        filler.add([record.get(role, "") for role in roles])
    return filler.table()
