"""Columns are understood by their headers, or said."""

import pytest

from customers.matching.columns import ColumnsWrong, guessed, said


@pytest.mark.parametrize(
    ("_case", "header", "roles"),
    [
        (
            "a national register",
            ["rec_id", "given_name", "surname", "street_number", "address_1", "date_of_birth"],
            ["given_name", "family_name", "house_number", "street", "birth_date"],
        ),
        ("German", ["Vorname", "Nachname", "PLZ", "Geburtsdatum", "Straße"],
         ["given_name", "family_name", "postcode", "birth_date", "street"]),
        ("a name beside a given name", ["Name", "Vorname"], ["given_name", "family_name"]),
        ("a number of anything", ["number", "surname"], ["family_name"]),
        ("spaced and cased", ["First Name", "LAST NAME", "Zip Code", "E-Mail", "Mobile Phone"],
         ["given_name", "family_name", "postcode", "email", "phone"]),
        ("prefixed", ["customer_first_name", "customer_last_name", "customerCity"],
         ["given_name", "family_name", "locality"]),
    ],
)  # fmt: skip
def test_headers_are_guessed(_case: str, header: list[str], roles: list[str]) -> None:
    assert list(guessed(header, id_column="rec_id")) == roles


@pytest.mark.parametrize(
    "mapping",
    [{"given_name": "a"}, {"a": "given_name"}, {"columns": {"given_name": ["a"]}}],
)
def test_a_mapping_may_say_it_either_way(mapping: object) -> None:
    assert said(mapping, ["a", "surname"], id_column="id") == {
        "given_name": ["a"],
        "family_name": ["surname"],
    }


def test_a_column_can_be_left_out() -> None:
    assert said({"surname": None}, ["name", "surname"], id_column="id") == {"full_name": ["name"]}


@pytest.mark.parametrize("mapping", [[], {"given_name": "nowhere"}, {"a": "shoe size"}])
def test_what_a_mapping_gets_wrong_is_said(mapping: object) -> None:
    with pytest.raises(ColumnsWrong):
        said(mapping, ["a"], id_column="id")
