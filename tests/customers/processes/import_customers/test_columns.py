"""What the columns of a file are suggested to become."""

import pytest

from customers.imports.mapping import checked
from customers.imports.shipped import shipped
from customers.imports.targets import chosen
from customers.processes.import_customers.columns import suggested

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]


def suggestion(*more: tuple[str, str]) -> dict[str, str]:
    """What is suggested for a file of the kind we ship a mapping for, with further columns."""
    (mapping,) = shipped().values()
    columns = [*sorted(checked(mapping).columns), *(name for name, _value in more)]
    row = [*("1" for _column in checked(mapping).columns), *(value for _name, value in more)]
    return chosen(suggested(columns, [row], "churn.csv"), columns)


def test_a_file_we_ship_a_mapping_for_becomes_what_that_says() -> None:
    assert "customer.number" not in suggestion().values()
    assert all(suggestion().values())


def test_what_a_shipped_mapping_says_nothing_of_is_guessed() -> None:
    found = suggestion(
        ("First name", "Zoë"), ("Mobile phone", "+447700900123"), ("Shoe size", "41"),
        ("Pays with", "Direct debit"),
    )  # fmt: skip

    assert found["First name"] == "party.given_name"
    assert found["Mobile phone"] == "contact.mobile"
    assert found["Shoe size"] == ""


def test_who_is_known_by_the_number_only_until_a_name_comes_is_called_by_it() -> None:
    (mapping,) = shipped().values()
    columns = [*sorted(checked(mapping).columns), "Surname"]
    rows = [["1"] * len(columns)]

    assert "name" not in suggested(columns, rows, "churn.csv")["customer"]
    assert "name" in suggested(columns[:-1], rows, "churn.csv")["customer"]
