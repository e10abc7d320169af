"""Any configuration as a sheet a person fills in: settings as fields, lists of rules as tables.

The sheet follows the shape of a configuration that works; what is filled in comes back in the same
shape. The slot's settings give the words, units and choices; without them a key speaks for itself.
Lists of plain values are written with commas; seconds that a slot calls durations are written
"8 h" or "30 min"; opening hours "08:00–20:00".
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readiness.registry.settings import Setting, setting_at
from readiness.registry.slots import Slot

_SECONDS = {"d": 86400, "h": 3600, "min": 60, "s": 1}
_DURATION = re.compile(r"(\d+)\s*(d|h|min|s)\b")
_OPENING = re.compile(r"(\d\d:\d\d)\s*[-–]\s*(\d\d:\d\d)")
_SPARE_ROWS = 1
_MOST_ROWS = 200
_MOST_COLUMNS, _MOST_LETTERS = 6, 80
_NARROW, _WIDE = 6, 40
_KEY = "#key"
_ANY = "*"
_TIMED = gettext_lazy("such as 8 h or 30 min")
Path = tuple[str, ...]


@dataclass(slots=True)
class Choice:
    """One value that may be taken."""

    value: str
    label: str
    on: bool


@dataclass(slots=True)
class Box:
    """One value to fill in."""

    name: str
    label: str
    kind: str
    text: str
    error: str = ""
    help: str = ""
    unit: str = ""
    choices: list[Choice] = field(default_factory=list)
    group: str = ""
    row_label: str = ""

    @property
    def size(self) -> int:
        """How wide a box of a table stands: as what it holds, within reason."""
        return min(max(len(self.text), _NARROW), _WIDE)

    @property
    def checked(self) -> bool:
        return self.text == "true"

    @property
    def ticks(self) -> bool:
        """Several of a closed list."""
        return bool(self.choices) and self.kind in {"list", "numbers"}

    @property
    def shown(self) -> str:
        """The value as it is read, not written."""
        if self.kind == "flag":
            return _("yes") if self.checked else _("no")
        if self.choices:
            return ", ".join(choice.label for choice in self.choices if choice.on)
        if self.text == _ANY:
            return _("any")
        return f"{self.text} {self.unit}".strip() if self.text else ""


@dataclass(slots=True)
class Group:
    """Boxes of one rule that belong together."""

    title: str
    help: str
    boxes: list[Box]


@dataclass(slots=True)
class Row:
    """One rule of a table."""

    number: int
    boxes: list[Box]
    removal: str
    title: str = ""
    groups: list[Group] = field(default_factory=list)

    @property
    def said(self) -> list[tuple[str, str]]:
        """What the rule says, word by value, without what it is known by."""
        told = [(box.label, box.shown) for box in self.boxes if box.shown]
        return [one for one in told if one[1] != self.title]

    @property
    def wrong(self) -> bool:
        return any(box.error for box in self.boxes)


@dataclass(slots=True)
class Part:
    """A group of boxes, or a table of rows."""

    title: str
    help: str = ""
    one: str = ""
    boxes: list[Box] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    counter: str = ""

    @property
    def is_table(self) -> bool:
        return bool(self.counter)

    @property
    def as_cards(self) -> bool:
        """Rules with many or several-choice conditions read better one below the other."""
        several = any(box.ticks for row in self.rows for box in row.boxes)
        lines = [[box.size for box in row.boxes] for row in self.rows]
        # What is wider than the page would be scrolled sideways.
        letters = sum(map(max, zip(*lines, strict=False))) if lines else 0
        return several or len(self.heads) > _MOST_COLUMNS or letters > _MOST_LETTERS

    @property
    def written(self) -> list[Row]:
        """The rules that say something; the empty one for the next is left out."""
        return [row for row in self.rows if any(box.text for box in row.boxes)]


class Sheet:
    """A configuration to edit; `read` takes what was posted, `config` is the result."""

    def __init__(
        self,
        config: Mapping[str, Any],
        durations: tuple[str, ...] = (),
        like: Mapping[str, Any] | None = None,
        settings: Mapping[str, Setting] | None = None,
    ) -> None:
        self.config: dict[str, Any] = json.loads(json.dumps(config))
        self.durations = durations
        self.settings = settings or {}
        # The database keeps no order of keys; the baseline is written in the order people think.
        ordered = ordered_like(self.config, like or {})
        self.shape: Mapping[str, Any] = {
            key: self._shaped((key,), value) for key, value in ordered.items()
        }
        self._beginning = self.config
        self.posted: Mapping[str, str] | None = None
        self.errors: dict[str, str] = {}
        self._kept_rows: dict[Path, list[int]] = {}

    @classmethod
    def of(cls, slot: Slot, config: Mapping[str, Any]) -> "Sheet":
        """The sheet of a declared slot, in its own words."""
        return cls(config, slot.durations, slot.baseline, slot.settings)

    def read(self, posted: Mapping[str, str]) -> bool:
        """Take what was filled in; False, with errors beside the boxes, when it can't be read."""
        self.posted = posted
        self.errors = {}
        self.config = {key: self._value((key,), value) for key, value in self.shape.items()}
        return not self.errors

    def put_beside(self, where: str, sentence: str) -> bool:
        """Say what is wrong beside the box of one setting; False when there is no such box."""
        path = tuple(where.split("."))
        for number, key in enumerate(path):
            kept = self._kept_rows.get(path[:number])
            if kept is not None and key.isdecimal() and int(key) < len(kept):
                path = (*path[:number], str(kept[int(key)]), *path[number + 1 :])
        name = _name(path)
        boxes = (box for part in self.parts() for box in _all_boxes(part))
        if not any(box.name == name for box in boxes):
            return False
        self.errors[name] = sentence
        return True

    def parts(self) -> list[Part]:
        found: list[Part] = []
        loose = Part(title="")
        for key, value in self.shape.items():
            self._collect((key,), value, loose, found)
        return [part for part in (loose, *found) if part.boxes or part.is_table]

    def label(self, path: Path) -> str:
        """One key in words."""
        setting = setting_at(self.settings, path)
        return str(setting.label) if setting else words(path[-1:])

    def _shaped(self, path: Path, value: Any) -> Any:
        """The value as the sheet holds it: keyed groups as rows, offered settings filled in."""
        if is_table(value):
            return value
        if not isinstance(value, Mapping) or not value:
            return value
        setting = setting_at(self.settings, path)
        # A shorter way of writing (days without a name) is shown as it stands.
        if setting and setting.keyed and all(isinstance(one, Mapping) for one in value.values()):
            return [{_KEY: key, **value[key]} for key in sorted(value)]
        keys = sorted({*value, *setting.also}) if setting and setting.also else value
        return {key: self._shaped((*path, key), value.get(key, [])) for key in keys}

    def _collect(self, path: Path, value: Any, group: Part, found: list[Part]) -> None:
        if is_table(value):
            found.append(self._table(path, value))
            return
        if not isinstance(value, Mapping) or not value:
            start = 1 if group.title == "" else len(self._root(path))
            label = self._label_below(path, start)
            group.boxes.append(self._box(path, value, label=label))
            return
        setting = setting_at(self.settings, path)
        if setting and setting.one:
            for key, below in value.items():
                named = Part(title=f"{setting.one} “{key}”", help=str(setting.help))
                found.append(named)
                self._inside((*path, key), below, named, found)
        else:
            inner = group
            if group.title == "":
                inner = Part(self.label(path), str(setting.help) if setting else "")
                found.append(inner)
            self._inside(path, value, inner, found)

    def _inside(self, path: Path, value: Any, part: Part, found: list[Part]) -> None:
        if isinstance(value, Mapping):
            for key, below in value.items():
                self._collect((*path, key), below, part, found)
        else:
            self._collect(path, value, part, found)

    def _root(self, path: Path) -> Path:
        """What the heading of a part already says of a place."""
        setting = setting_at(self.settings, path[:1])
        return path[:2] if setting and setting.one else path[:1]

    def _label_below(self, path: Path, start: int) -> str:
        labels = [
            self.label(path[: end + 1]) for end in range(min(start, len(path) - 1), len(path))
        ]
        return " › ".join(label for label in labels if label)

    def _table(self, path: Path, rows: list[Mapping[str, Any]]) -> Part:
        setting = setting_at(self.settings, path)
        columns = _columns(rows)
        count = len(rows) + _SPARE_ROWS
        if self.posted is not None:
            count = self._count(path)
        part = Part(
            title=self._title_of(path),
            help=str(setting.help) if setting else "",
            one=str(setting.one or _("rule")) if setting else _("rule"),
            heads=[self._column(path, column) for column in columns],
            counter=_name((*path, "#")),
        )
        for number in range(count):
            row = rows[number] if number < len(rows) else {}
            boxes = [
                self._box(
                    (*path, str(number), *column),
                    _at(row, column),
                    label=self._column(path, column),
                    like=sample,
                )
                for column, sample in columns.items()
            ]
            for box in boxes:
                box.row_label = f"{box.label}, {number + 1}"
            part.rows.append(self._row(path, number, boxes, list(columns), setting))
        return part

    def _row(
        self,
        path: Path,
        number: int,
        boxes: list[Box],
        columns: list[Path],
        setting: Setting | None,
    ) -> Row:
        row = Row(number, boxes, _name((*path, str(number), "-")))
        known_by = (*(setting.known_by if setting else ("name",)), _KEY)
        names = [b.shown for b, c in zip(boxes, columns, strict=True) if c[0] in known_by]
        row.title = ", ".join(name for name in names if name)
        for box, column in zip(boxes, columns, strict=True):
            place = (*path, "*", column[0])
            about = setting_at(self.settings, place) if len(column) > 1 else None
            title = self.label(place) if len(column) > 1 else ""
            if not row.groups or row.groups[-1].title != title:
                row.groups.append(Group(title, str(about.help) if about else "", []))
            row.groups[-1].boxes.append(box)
        return row

    def _title_of(self, path: Path) -> str:
        root = self._root(path)
        if len(root) == len(path):
            return self.label(path)
        above = setting_at(self.settings, path[:1])
        if above and above.one:
            return f"{above.one} “{path[1]}”: {self._label_below(path, len(root))}"
        return words(path)

    def _column(self, path: Path, column: Path) -> str:
        if column == (_KEY,):
            setting = setting_at(self.settings, path)
            return str(setting.keyed) if setting else ""
        if setting_at(self.settings, (*path, "*", *column)):
            return self.label((*path, "*", *column))
        return words(column)

    def _box(self, path: Path, value: Any, *, label: str, like: Any = None) -> Box:
        name, kind = _name(path), self._kind(path, value if like is None else like)
        text = _written(value, kind) if self.posted is None else self.posted.get(name, "")
        if kind == "flag" and self.posted is not None:
            text = "true" if name in self.posted else "false"
        box = Box(name, label, kind, text, self.errors.get(name, ""))
        setting = setting_at(self.settings, path)
        if setting:
            box.unit = str(setting.unit)
            box.choices = _choices(setting, text, kind)
        hint = _TIMED if kind == "duration" else ""
        box.help = str(setting.help if setting and setting.help else hint)
        return box

    def _kind(self, path: Path, value: Any) -> str:
        setting = setting_at(self.settings, path)
        if setting and setting.kind:
            return setting.kind
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
            rows = self._rows(path, shape)
            return self._unkeyed(path, rows) if _KEY in shape[0] else rows
        if isinstance(shape, Mapping) and shape:
            setting = setting_at(self.settings, path)
            also = set(setting.also) if setting else set()
            read = {key: self._value((*path, key), below) for key, below in shape.items()}
            return {
                key: value
                for key, value in read.items()
                if value or key not in also or self._was_set((*path, key))
            }
        return self._read(path, self._kind(path, shape))

    def _was_set(self, path: Path) -> bool:
        """Whether the configuration the sheet began with had this setting."""
        return _at(self._beginning, path) is not None

    def _unkeyed(self, path: Path, rows: list[dict[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for number, row in zip(self._kept_rows[path], rows, strict=True):
            key = str(row.pop(_KEY, "")).strip()
            if not key or key in found:
                self.errors[_name((*path, str(number), _KEY))] = (
                    _("“%(key)s” stands here twice.") % {"key": key} if key else _("Fill this in.")
                )
            found[key] = row
        return found

    def _rows(self, path: Path, shape: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
        columns, rows = _columns(shape), []
        self._kept_rows[path] = []
        for number in range(self._count(path)):
            here = (*path, str(number))
            row: dict[str, Any] = {}
            filled = {column: self._text((*here, *column)).strip() for column in columns}
            if _name((*here, "-")) in (self.posted or {}) or not any(filled.values()):
                continue
            for column, sample in columns.items():
                kind = self._kind((*here, *column), sample)
                if filled[column] or kind in {"flag", "hours"}:
                    _put(row, column, self._read((*here, *column), kind))
            self._kept_rows[path].append(number)
            rows.append(row)
        return rows

    def _count(self, path: Path) -> int:
        text = self._text((*path, "#"))
        return min(int(text), _MOST_ROWS) if text.isdecimal() else 0

    def _text(self, path: Path) -> str:
        return (self.posted or {}).get(_name(path), "")

    def _read(self, path: Path, kind: str) -> Any:
        # A browser ends lines in its own way; the text is kept in ours.
        text = self._text(path).replace("\r\n", "\n").strip()
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


def hours_words(intervals: list[list[str]]) -> str:
    """Opening hours as they are written in the sheet: "08:00–12:00, 13:00–17:00"."""
    return ", ".join("–".join(interval) for interval in intervals)


def _all_boxes(part: Part) -> Iterator[Box]:
    yield from part.boxes
    for row in part.rows:
        yield from row.boxes


def _choices(setting: Setting, text: str, kind: str) -> list[Choice]:
    """What may be chosen, and what is chosen although it may not be any more."""
    offered = {value: str(label) for value, label in setting.offered().items()}
    if not offered:
        return []
    several = kind in {"list", "numbers"}
    chosen = [one.strip() for one in text.split(",")] if several else [text]
    offered |= {value: value for value in chosen if value and value not in offered}
    return [Choice(value, label, value in chosen) for value, label in offered.items()]


def _understood(text: str, kind: str, ticked: bool) -> Any:
    match kind:
        case "flag":
            return ticked
        case "number":
            return _number(text)
        case "duration":
            return _seconds(text)
        case "hours":
            return _hours(text)
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


def _hours(text: str) -> list[list[str]]:
    if _OPENING.sub("", text).replace(",", "").strip():
        raise ValueError(
            _("Write hours such as 08:00–20:00, with a comma between two, not “%(text)s”.")
            % {"text": text}
        )
    return [[opens, closes] for opens, closes in _OPENING.findall(text)]


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
        case "hours":
            return hours_words(value)
        case "list" | "numbers":
            return ", ".join(map(str, value))
        case "json":
            return json.dumps(value, ensure_ascii=False)
    return str(value)


def words(path: Path) -> str:
    """A place in a configuration whose slot gives it no words: "targets › first response"."""
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
