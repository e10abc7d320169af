"""Values come to one spelling."""

import pytest

from customers.matching import normalise
from customers.matching.table import split_name, split_street


@pytest.mark.parametrize(
    ("given", "spelled"),
    [
        ("19840211", "19840211"), ("1984-02-11", "19840211"), ("11.02.1984", "19840211"),
        ("11/2/84", "19840211"), ("11 Feb 1984", "19840211"), ("11021984", "19840211"),
        ("1984", "1984"), ("", ""), ("unknown", ""),
    ],
)  # fmt: skip
def test_dates(given: str, spelled: str) -> None:
    assert normalise.birth_date(given) == spelled


def test_a_column_that_begins_with_the_month_is_seen() -> None:
    assert normalise.writes_month_first(["02/11/1984", "05/23/1990"])
    assert not normalise.writes_month_first(["23/05/1990", "02/11/1984"])
    assert normalise.birth_date("02/11/1984", month_first=True) == "19840211"


@pytest.mark.parametrize(
    ("one", "other"),
    [("+44 7700 900 671", "07700900671"), ("0044 7700 900671", "(07700) 900-671")],
)
def test_phones_in_any_notation(one: str, other: str) -> None:
    assert normalise.phone(one) == normalise.phone(other)


def test_names_of_another_alphabet_meet() -> None:
    assert normalise.name("Ирина") == normalise.name("Irina") == "irina"


def test_whole_names_and_addresses_are_taken_apart() -> None:
    assert split_name("Nair, Priya Anne") == ("Priya Anne", "Nair")
    assert split_name("Priya Anne Nair") == ("Priya Anne", "Nair")
    assert split_street("8 quay street") == ("8", "quay street")
    assert split_street("hauptstrasse 12b") == ("12b", "hauptstrasse")
