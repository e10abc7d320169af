"""Any configuration as a sheet a person fills in: settings as fields, lists of rules as tables.

The sheet follows the shape of a configuration that works; what is filled in comes back in the same
shape. Lists of plain values are written with commas; seconds that a slot calls durations are
written "8 h" or "30 min".
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

from django.utils.translation import gettext as _

_SECONDS = {"d": 86400, "h": 3600, "min": 60, "s": 1}
_DURATION = re.compile(r"(\d+)\s*(d|h|min|s)\b")
_SPARE_ROWS = 1
_MOST_ROWS = 200
Path = tuple[str, ...]


@dataclass(slots=True)
class Box:
    """One value to fill in."""

    name: str
    label: str
    kind: str
    text: str
    error: str = ""

    @property
    def checked(self) -> bool:
        return self.text == "true"


@dataclass(slots=True)
class Row:
    """One rule of a table."""

    number: int
    boxes: list[Box]
    removal: str


@dataclass(slots=True)
class Part:
    """A group of boxes, or a table of rows."""

    title: str
    boxes: list[Box] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    counter: str = ""

    @property
    def is_table(self) -> bool:
        return bool(self.counter)


class Sheet:
    """A configuration to edit; `read` takes what was posted, `config` is the result."""

    def __init__(
        self,
        config: Mapping[str, Any],
        durations: tuple[str, ...] = (),
        like: Mapping[str, Any] | None = None,
    ) -> None:
        self.config: dict[str, Any] = json.loads(json.dumps(config))
        # The database keeps no order of keys; the baseline is written in the order people think.
        self.shape: Mapping[str, Any] = ordered_like(self.config, like or {})
        self.durations = durations
        self.posted: Mapping[str, str] | None = None
        self.errors: dict[str, str] = {}

    def read(self, posted: Mapping[str, str]) -> bool:
        """Take what was filled in; False, with errors beside the boxes, when it can't be read."""
        self.posted = posted
        self.errors = {}
        self.config = {key: self._value((key,), value) for key, value in self.shape.items()}
        return not self.errors

    def parts(self) -> list[Part]:
        found: list[Part] = []
        loose = Part(title="")
        for key, value in self.shape.items():
            self._collect((key,), value, loose, found)
        return [part for part in (loose, *found) if part.boxes or part.is_table]

    def _collect(self, path: Path, value: Any, group: Part, found: list[Part]) -> None:
        if is_table(value):
            found.append(self._table(path, value))
        elif isinstance(value, Mapping) and value:
            inner = Part(title=words(path)) if group.title == "" else group
            if inner is not group:
                found.append(inner)
            for key, below in value.items():
                self._collect((*path, key), below, inner, found)
        else:
            group.boxes.append(self._box(path, value, label=words(path[1:] or path)))

    def _table(self, path: Path, rows: list[Mapping[str, Any]]) -> Part:
        columns = _columns(rows)
        count = len(rows) + _SPARE_ROWS
        if self.posted is not None:
            count = self._count(path)
        part = Part(
            title=words(path),
            heads=[words(column) for column in columns],
            counter=_name((*path, "#")),
        )
        for number in range(count):
            row = rows[number] if number < len(rows) else {}
            boxes = [
                self._box(
                    (*path, str(number), *column),
                    _at(row, column),
                    label=f"{words(column)}, {number + 1}",
                    like=sample,
                )
                for column, sample in columns.items()
            ]
            part.rows.append(Row(number, boxes, _name((*path, str(number), "-"))))
        return part

    def _box(self, path: Path, value: Any, *, label: str, like: Any = None) -> Box:
        name, kind = _name(path), self._kind(path, value if like is None else like)
        text = _written(value, kind) if self.posted is None else self.posted.get(name, "")
        if kind == "flag" and self.posted is not None:
            text = "true" if name in self.posted else "false"
        return Box(name, label, kind, text, self.errors.get(name, ""))

    def _kind(self, path: Path, value: Any) -> str:
        if isinstance(value, bool):
            return "flag"
        if isinstance(value, int | float):
            dotted = ".".join(path)
            timed = isinstance(value, int) and any(fnmatch(dotted, one) for one in self.durations)
            return "duration" if timed else "number"
        if isinstance(value, str):
            return "text"
        if isinstance(value, list) and value and not any(isinstance(v, list | dict) for v in value):
            return "numbers" if all(isinstance(v, int) for v in value) else "list"
        return "json"

    def _value(self, path: Path, shape: Any) -> Any:
        if is_table(shape):
            return self._rows(path, shape)
        if isinstance(shape, Mapping) and shape:
            return {key: self._value((*path, key), below) for key, below in shape.items()}
        return self._read(path, self._kind(path, shape))

    def _rows(self, path: Path, shape: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
        columns, rows = _columns(shape), []
        for number in range(self._count(path)):
            here = (*path, str(number))
            row: dict[str, Any] = {}
            filled = {column: self._text((*here, *column)).strip() for column in columns}
            if _name((*here, "-")) in (self.posted or {}) or not any(filled.values()):
                continue
            for column, sample in columns.items():
                kind = self._kind((*here, *column), sample)
                if filled[column] or kind == "flag":
                    _put(row, column, self._read((*here, *column), kind))
            rows.append(row)
        return rows

    def _count(self, path: Path) -> int:
        text = self._text((*path, "#"))
        return min(int(text), _MOST_ROWS) if text.isdecimal() else 0

    def _text(self, path: Path) -> str:
        return (self.posted or {}).get(_name(path), "")

    def _read(self, path: Path, kind: str) -> Any:
        text = self._text(path).strip()
        try:
            return _understood(text, kind, _name(path) in (self.posted or {}))
        except ValueError as problem:
            self.errors[_name(path)] = str(problem)
            return text


def ordered_like(value: Any, like: Any) -> Any:
    """The same value with its keys in the order of a pattern; what the pattern lacks comes last."""
    if isinstance(value, Mapping):
        pattern = like if isinstance(like, Mapping) else {}
        keys = [key for key in pattern if key in value]
        keys += [key for key in value if key not in pattern]
        return {key: ordered_like(value[key], pattern.get(key)) for key in keys}
    if is_table(value):
        first = like[0] if is_table(like) else {}
        return [ordered_like(row, first) for row in value]
    return value


def is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def duration_words(seconds: int) -> str:
    """Seconds as they are written in the sheet: "8 h", "1 h 30 min"."""
    words, left = [], seconds
    for unit in ("h", "min", "s"):
        amount, left = divmod(left, _SECONDS[unit])
        if amount:
            words.append(f"{amount} {unit}")
    return " ".join(words) or "0 s"


def _understood(text: str, kind: str, ticked: bool) -> Any:
    match kind:
        case "flag":
            return ticked
        case "number":
            return _number(text)
        case "duration":
            return _seconds(text)
        case "numbers":
            return [_number(one.strip()) for one in text.split(",") if one.strip()]
        case "list":
            return [one.strip() for one in text.split(",") if one.strip()]
        case "json":
            return _json(text)
    return text


def _number(text: str) -> int | float:
    try:
        return int(text) if re.fullmatch(r"-?\d+", text) else float(text)
    except ValueError:
        raise ValueError(_("“%(text)s” is not a number.") % {"text": text}) from None


def _seconds(text: str) -> int:
    if _DURATION.sub("", text).strip() or not text:
        raise ValueError(_("Write a time such as 8 h or 30 min, not “%(text)s”.") % {"text": text})
    return sum(int(amount) * _SECONDS[unit] for amount, unit in _DURATION.findall(text))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as problem:
        raise ValueError(_("Can't be read as JSON: %(problem)s.") % {"problem": problem}) from None


def _written(value: Any, kind: str) -> str:
    if value is None:
        return ""
    match kind:
        case "flag":
            return "true" if value else "false"
        case "duration":
            return duration_words(value)
        case "list" | "numbers":
            return ", ".join(map(str, value))
        case "json":
            return json.dumps(value, ensure_ascii=False)
    return str(value)


def words(path: Path) -> str:
    """A place in a configuration as people read it: "targets › first response"."""
    return " › ".join(key.removesuffix("_seconds").replace("_", " ") for key in path)


def _name(path: Path) -> str:
    return "c." + ".".join(path)


def _columns(rows: list[Mapping[str, Any]]) -> dict[Path, Any]:
    """Every place some row fills, with a value that shows what belongs there."""
    found: dict[Path, Any] = {}
    for row in rows:
        for path, value in _leaves(row):
            found.setdefault(path, value)
    # Conditions of different rules interleave; what was nested together stays together.
    firsts = list(dict.fromkeys(path[0] for path in found))
    return dict(sorted(found.items(), key=lambda item: firsts.index(item[0][0])))


def _leaves(value: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    for key, inner in value.items():
        if isinstance(inner, Mapping) and inner:
            yield from _leaves(inner, (*path, key))
        else:
            yield (*path, key), inner


def _at(row: Mapping[str, Any], path: Path) -> Any:
    value: Any = row
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _put(row: dict[str, Any], path: Path, value: Any) -> None:
    for key in path[:-1]:
        row = row.setdefault(key, {})
    row[path[-1]] = value
