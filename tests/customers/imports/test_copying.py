"""Rows in COPY's text form."""

from decimal import Decimal
from typing import Any

import pytest

from customers.imports.copying import form, text
from customers.models import Product


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, r"\N"),
        (r"\N", r"\\N"),
        ("a\tb\nc\rd", r"a\tb\nc\rd"),
        ("", ""),
        (True, "t"),
        (False, "f"),
        (Decimal("29.85"), "29.85"),
    ],
)
def test_a_value_comes_back_as_it_was(value: Any, written: str) -> None:
    assert text(value) == written


def test_what_no_row_says_is_the_default_and_the_rest_is_left_to_the_database() -> None:
    made = form(Product, ["customer_id", "name", "public_id"], {"kind": "100 %"})

    assert made.table == "customers_product"
    assert made.columns.startswith('"customer_id", "name", "public_id", ')
    assert '"id"' not in made.columns
    assert '"recorded_at"' not in made.columns
    line = made.template % (1, "DSL", "x")
    row = dict(
        zip(made.columns.replace('"', "").split(", "), line.rstrip("\n").split("\t"), strict=True)
    )
    assert (row["kind"], row["status"], row["options"], row["valid_to"]) == (
        "100 %", "active", "{}", r"\N",
    )  # fmt: skip
