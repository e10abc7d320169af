"""Filters and sort in the query string, as TMF630 §4.4 and §4.7 write them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

import orjson
from django.utils.translation import gettext as _

from crm.tmf.errors import Refused
from crm.tmf.resource import Attribute, Condition, Resource
from crm.tmf.shapes import Anything, Flag, Many, Number, Obj, Shape, moment

PAGING = frozenset({"fields", "offset", "limit", "sort"})
UNSUPPORTED = frozenset({"filter", "before", "after"})
IGNORED = frozenset({"depth", "expand"})
MOST_VALUES = 50
# Every attribute of the largest resource at once, and some twice.
MOST_CONDITIONS = 50
LONGEST = 500
LONGEST_REGEX = 100
_NOBODY = str(UUID(int=0))
_SUFFIXES = {
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "eq": "=",
    "regex": "~",
}
_SIGNS = {"=": "=", "==": "=", ">": ">", ">=": ">=", "<": "<", "<=": "<=", "*=": "~", "=~": "~"}
_TERM = re.compile(r"^([@\w.\-]+)(>=|<=|==|=~|\*=|>|<|=)(.*)$", re.DOTALL)
# A group that repeats something that already repeats, a back reference, or a huge counted
# repetition: the forms by which a short pattern costs a long time.
_COSTLY = re.compile(r"\\[1-9]|[*+}]\s*\)\s*[*+{?]|\{\d{3,}|\{\d*,\d{3,}|(\{[^}]*\}.*){3,}|\(\?")


@dataclass(frozen=True, slots=True)
class Term:
    """One `name operator value` of the query string."""

    path: str
    operator: str
    value: str


def terms(query_string: str) -> Iterator[Term]:
    """Every term, with suffix operators (`x.gt=`) and literal ones (`x>`) made equal."""
    for part in query_string.split("&"):
        if not part:
            continue
        text = unquote_plus(part, errors="strict")
        if "\x00" in text or len(text) > LONGEST * 4:
            raise Refused(400, "invalid-query", _("A part of the query string cannot be read."))
        found = _TERM.match(text)
        if not found:
            # A bare name, as some clients send it: a filter for nothing.
            name = text.rstrip("=")
            raise Refused(
                400,
                "invalid-query",
                _("“%(term)s” is no filter: write name=value.") % {"term": name[:100]},
            )
        name, sign, value = found.groups()
        stem, dot, suffix = name.rpartition(".")
        if dot and suffix in _SUFFIXES and sign == "=":
            yield Term(stem, _SUFFIXES[suffix], value)
        else:
            yield Term(name, _SIGNS[sign], value)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query string, taken apart."""

    reserved: dict[str, str]
    filters: tuple[Term, ...]


def asked(query_string: str) -> Asked:
    """Split reserved keys from filters; what this server does not support is 501."""
    reserved: dict[str, str] = {}
    filters: list[Term] = []
    try:
        found = list(terms(query_string))
    except UnicodeDecodeError as error:
        raise Refused(400, "invalid-query", _("The query string is not UTF-8.")) from error
    for term in found:
        if term.path in UNSUPPORTED:
            raise Refused(
                501,
                "not-supported",
                _("%(key)s is not supported here.") % {"key": term.path},
            )
        if term.path in PAGING and term.operator == "=":
            reserved[term.path] = term.value
        elif term.path not in IGNORED:
            filters.append(term)
    if len(filters) > MOST_CONDITIONS:
        raise Refused(400, "too-many-filters", _("This is more filters than one call may have."))
    return Asked(reserved, tuple(filters))


def conditions(
    filters: Sequence[Term], resource: Resource
) -> tuple[tuple[Condition, ...], dict[str, Any]]:
    """The shape of the filters, and the values to bind to it."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for term in filters:
        grouped.setdefault((term.path, term.operator), []).extend(_alternatives(term))
    shapes: list[Condition] = []
    values: dict[str, Any] = {}
    for number, ((path, operator), raw) in enumerate(grouped.items()):
        if len(raw) > MOST_VALUES:
            raise Refused(
                400, "too-many-values", _("A filter has more values than one call may have.")
            )
        sign, bound = _values(path, operator, raw, resource)
        shapes.append(Condition(path, sign, len(bound)))
        values |= {f"{number}.{index}": value for index, value in enumerate(bound)}
    return tuple(shapes), values


def _alternatives(term: Term) -> list[str]:
    if term.operator != "=":
        return [term.value]
    prefix = f"{term.path}="
    return [one.removeprefix(prefix) for one in re.split("[,;]", term.value)]


def _values(path: str, operator: str, raw: list[str], resource: Resource) -> tuple[str, list[Any]]:
    if any(len(one) > LONGEST for one in raw):
        raise Refused(
            400, "invalid-filter", _("The value for %(path)s is too long.") % {"path": path}
        )
    if path in {"id", "href"}:
        if operator != "=":
            raise _unfit(path)
        return operator, [_public_id(one) for one in raw]
    name, dot, rest = path.partition(".")
    attribute = resource.by_name.get(name)
    if attribute is None:
        raise Refused(
            400,
            "unknown-attribute",
            _("%(resource)s has no attribute %(path)s.")
            % {"resource": resource.name, "path": path[:100]},
        )
    if dot or isinstance(attribute.shape, Obj | Many | Anything):
        if operator != "=":
            raise _unfit(path)
        return "@>", [
            orjson.dumps(doc).decode()
            for one in raw
            for doc in _inside(attribute.shape, rest, one, path)
        ]
    return operator, [_scalar(attribute, operator, one) for one in raw]


def _unfit(path: str) -> Refused:
    return Refused(
        400, "invalid-filter", _("%(path)s cannot be filtered this way.") % {"path": path[:100]}
    )


def _public_id(text: str) -> str:
    try:
        return str(UUID(text.rstrip("/").rpartition("/")[2]))
    except ValueError:
        # No resource has such an id: an empty answer, not an error.
        return _NOBODY


def _inside(shape: Shape, path: str, value: str, full: str) -> list[Any]:
    """The documents a nested attribute must contain to match, one per type the value may have."""
    if isinstance(shape, Many):
        return [[doc] for doc in _inside(shape.item, path, value, full)]
    if isinstance(shape, Obj):
        name, _dot, rest = path.partition(".")
        if name not in shape.attributes:
            raise Refused(
                400,
                "unknown-attribute",
                _("There is no attribute %(path)s.") % {"path": full[:100]},
            )
        return [{name: doc} for doc in _inside(shape.attributes[name], rest, value, full)]
    if path:
        raise Refused(
            400, "unknown-attribute", _("There is no attribute %(path)s.") % {"path": full[:100]}
        )
    if isinstance(shape, Flag):
        return [value == "true"]
    if isinstance(shape, Number | Anything):
        try:
            number = float(Decimal(value))
        except (InvalidOperation, OverflowError, ValueError):
            return [value]
        return [value, number] if number == number and abs(number) < 1e300 else [value]  # noqa: PLR0124, PLR2004  # NaN differs from itself
    return [value]


def _scalar(attribute: Attribute, operator: str, raw: str) -> str:
    if operator == "~":
        return _pattern(attribute, raw)
    try:
        match attribute.cast:
            case "timestamptz":
                # A plus sign in a query string arrives as a space.
                return moment(re.sub(r" (\d\d:?\d\d)$", r"+\1", raw)).isoformat()
            case "numeric":
                number = Decimal(raw)
                if not number.is_finite() or abs(number.adjusted()) > 100:  # noqa: PLR2004  # no attribute is that big
                    raise ValueError(raw)
                if attribute.whole and number != number.to_integral_value():
                    raise ValueError(raw)
                return str(number)
            case "boolean":
                if raw not in {"true", "false"}:
                    raise ValueError(raw)
    except (ValueError, InvalidOperation, OverflowError) as error:
        raise Refused(
            400,
            "invalid-filter",
            _("%(value)s is no value for %(path)s.") % {"value": raw[:100], "path": attribute.name},
        ) from error
    return raw


def _pattern(attribute: Attribute, raw: str) -> str:
    bad = len(raw) > LONGEST_REGEX or _COSTLY.search(raw) is not None
    try:
        re.compile(raw)
    except (re.error, OverflowError, RecursionError):
        bad = True
    if bad or attribute.cast != "text":
        raise Refused(
            400,
            "invalid-filter",
            _("The pattern for %(path)s is not valid here, or could cost too much.")
            % {"path": attribute.name},
        )
    return raw


def sort(raw: str | None, resource: Resource) -> tuple[str, ...]:
    """`sort=-name,+status`: left to right; a plus may arrive as a space."""
    if not raw:
        return ()
    asked_for = raw.split(",")
    if len(asked_for) > 5:  # noqa: PLR2004  # more is a mistake
        raise Refused(400, "invalid-sort", _("This is more than one call may sort by."))
    words: list[str] = []
    for one in asked_for:
        name = one.strip().lstrip("+").strip()
        plain = name.removeprefix("-")
        if not plain:
            continue
        attribute = resource.by_name.get(plain)
        if plain not in {"id", "href"} and (attribute is None or attribute.json):
            raise Refused(
                400, "unknown-attribute", _("Cannot sort by %(name)s.") % {"name": plain[:100]}
            )
        words.append(name)
    return tuple(words)
