"""One cell of a file made into one value, or the reason in words why it can't be."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

Row = Mapping[str, str]
Cell = Callable[[Row], Any]
"""Reads one value out of a row; None when the file says nothing."""

TYPES = ("text", "integer", "decimal", "boolean", "date")
ORDERS = ("iso", "day-first", "month-first")
TAKES = ("", "given", "family")
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?")
_DATE = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})")
_YES = {"yes": True, "y": True, "true": True, "1": True, "t": True}
_NO = {"no": False, "n": False, "false": False, "0": False, "f": False}
_CENTURY = 100
_FOUR_DIGITS = 1000
_REMEMBERED = 2000


class BadCell(Exception):
    """A value that a person must look at: the column, what stands there, what is wrong."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.value = value
        self.reason = reason


def compiled(spec: Mapping[str, Any], *, limit: int = 0, nothing: Any = None) -> Cell:
    """The reader of one cell, from its checked description; `nothing` is what silence gives."""
    if "value" in spec:
        constant = spec["value"]
        return lambda row: constant
    columns = tuple(spec["columns"]) if "columns" in spec else (spec["column"],)
    single = columns[0] if len(columns) == 1 else ""
    convert = _converter(spec, limit)
    missing = frozenset(spec.get("missing", ()))
    required = bool(spec.get("required"))

    # Most columns hold a handful of values again and again.
    known: dict[str, Any] = dict.fromkeys(missing, nothing)
    if required:
        known.clear()

    def read(row: Row) -> Any:
        text = row[single] if single else " ".join(filter(None, map(row.__getitem__, columns)))
        if text in known:
            return known[text]
        try:
            if required and (not text or text in missing):
                raise ValueError(_("Nothing stands here, and a value is needed"))
            value = convert(text) if text else nothing
            if value is None:
                value = nothing
        except ValueError as wrong:
            raise BadCell(columns[0], text, str(wrong)) from None
        if len(known) < _REMEMBERED:
            known[text] = value
        return value

    return read


def _converter(spec: Mapping[str, Any], limit: int) -> Callable[[str], Any]:
    if "map" in spec:
        return _mapped(spec["map"])
    kind = spec.get("type", "text")
    if kind == "boolean":
        return _boolean
    if kind == "date":
        return _date(spec.get("order", "iso"))
    if kind in {"integer", "decimal"}:
        return _number(spec, whole=kind == "integer")
    return _text(limit, spec.get("take", ""))


def _mapped(values: Mapping[str, Any]) -> Callable[[str], Any]:
    def convert(text: str) -> Any:
        if text not in values:
            raise ValueError(_("Expected one of %(known)s") % {"known": ", ".join(sorted(values))})
        return values[text]

    return convert


def _boolean(text: str) -> bool:
    known = _YES | _NO
    if text.casefold() not in known:
        raise ValueError(_("Expected yes or no"))
    return known[text.casefold()]


def _number(spec: Mapping[str, Any], *, whole: bool) -> Callable[[str], Any]:
    least, most = spec.get("min"), spec.get("max")
    comma = spec.get("decimal_comma", False)

    def convert(text: str) -> int | Decimal:
        plain = text.replace(".", "").replace(",", ".") if comma else text
        found = _NUMBER.fullmatch(plain)
        if not found or (whole and found.group(1)):
            raise ValueError(_("Not a whole number") if whole else _("Not a number"))
        number: int | Decimal = int(plain) if whole else Decimal(plain)
        if (least is not None and number < least) or (most is not None and number > most):
            raise ValueError(_("Out of range"))
        return number

    return convert


def _date(order: str) -> Callable[[str], str]:
    def convert(text: str) -> str:
        found = _DATE.fullmatch(text)
        if not found:
            raise ValueError(_("Not a date"))
        first, middle, last = (int(part) for part in found.groups())
        # A workbook gives its dates with the year first, whatever the other files do.
        if order == "iso" or first >= _FOUR_DIGITS:
            year, month, day = first, middle, last
        else:
            year = last
            day, month = (first, middle) if order == "day-first" else (middle, first)
        if year < _CENTURY:
            raise ValueError(_("The year needs four digits"))
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            raise ValueError(_("There is no such day")) from None

    return convert


def _text(limit: int, take: str = "") -> Callable[[str], str]:
    if take:
        whole = _text(limit)
        return lambda text: whole(_name_part(text, take))

    def convert(text: str) -> str:
        if limit and len(text) > limit:
            raise ValueError(_("Longer than %(limit)d characters") % {"limit": limit})
        return text

    return convert


def _name_part(text: str, take: str) -> str:
    """One part of a whole name: “Roche, Anaïs” and “Anaïs Roche” are the same person."""
    family, comma, given = text.partition(",")
    if not comma:
        given, _space, family = text.rpartition(" ")
    return (given if take == "given" else family).strip()
