"""One cell into one value."""

from decimal import Decimal
from typing import Any

import pytest

from customers.imports.cells import BadCell, compiled


@pytest.mark.parametrize(
    ("_case", "spec", "text", "value"),
    [
        ("text", {}, "Zoë", "Zoë"),
        ("nothing", {}, "", None),
        ("a sign for nothing", {"missing": ["n/a"]}, "n/a", None),
        ("a map", {"map": {"Y": True}}, "Y", True),
        ("yes", {"type": "boolean"}, "Yes", True),
        ("no", {"type": "boolean"}, "0", False),
        ("a whole number", {"type": "integer"}, "-7", -7),
        ("a decimal", {"type": "decimal"}, "29.85", Decimal("29.85")),
        ("a comma", {"type": "decimal", "decimal_comma": True}, "1.029,85", Decimal("1029.85")),
        ("an ISO date", {"type": "date"}, "2026-02-28", "2026-02-28"),
        ("day first", {"type": "date", "order": "day-first"}, "2/5/1984", "1984-05-02"),
        ("a workbook's date", {"type": "date", "order": "day-first"}, "1984-05-02", "1984-05-02"),
        ("a given name", {"take": "given"}, "Anaïs Marie Roche", "Anaïs Marie"),
        ("a family name", {"take": "family"}, "Anaïs Marie Roche", "Roche"),
        ("a family name first", {"take": "given"}, "Roche, Anaïs", "Anaïs"),
        ("one name only", {"take": "family"}, "Cher", "Cher"),
        ("month first", {"type": "date", "order": "month-first"}, "2/5/1984", "1984-02-05"),
    ],
)  # fmt: skip
def test_a_cell_becomes(_case: str, spec: dict[str, Any], text: str, value: Any) -> None:
    read = compiled({"column": "x"} | spec)

    assert [read({"x": text}), read({"x": text})] == [value, value]


@pytest.mark.parametrize(
    ("spec", "text", "reason"),
    [
        ({"required": True}, "", "Nothing stands here, and a value is needed"),
        ({"required": True, "missing": ["-"]}, "-", "Nothing stands here, and a value is needed"),
        ({"map": {"Y": 1, "N": 0}}, "?", "Expected one of N, Y"),
        ({"type": "boolean"}, "maybe", "Expected yes or no"),
        ({"type": "integer"}, "1.5", "Not a whole number"),
        ({"type": "decimal"}, "1e5", "Not a number"),
        ({"type": "decimal"}, "Infinity", "Not a number"),
        ({"type": "decimal", "max": 5}, "6", "Out of range"),
        ({"type": "date"}, "31 March", "Not a date"),
        ({"type": "date", "order": "day-first"}, "31/02/1990", "There is no such day"),
        ({"type": "date", "order": "day-first"}, "31/01/90", "The year needs four digits"),
    ],
)
def test_a_bad_cell_says_why_each_time(spec: dict[str, Any], text: str, reason: str) -> None:
    read = compiled({"column": "x"} | spec)

    for _ in range(2):
        with pytest.raises(BadCell) as bad:
            read({"x": text})
        assert (bad.value.column, bad.value.value, bad.value.reason) == ("x", text, reason)


def test_columns_are_joined_and_length_is_kept() -> None:
    read = compiled({"columns": ["street", "town"]}, limit=12)

    assert read({"street": "8 Quay St", "town": ""}) == "8 Quay St"
    with pytest.raises(BadCell, match="Longer than 12 characters"):
        read({"street": "8 Quay St", "town": "Wexcombe"})
