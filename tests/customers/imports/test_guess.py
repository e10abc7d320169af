"""What columns probably become."""

import pytest

from customers.imports import targets
from customers.imports.guess import guessed, spelt

KNOWN = {choice.key for choice in targets.choices()}


def guess(*columns: str, rows: tuple[tuple[str, ...], ...] = (), us: bool = False) -> list[str]:
    return list(guessed(columns, rows, known=KNOWN, month_first=us).values())


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("customerID", "customer id"),
        ("Given_Name", "given name"),
        ("ADDR1", "addr 1"),
        ("E-Mail", "e mail"),
        ("Straße", "strasse"),
    ],
)
def test_a_header_is_read_in_its_words(header: str, words: str) -> None:
    assert spelt(header) == words


def test_a_file_of_people_is_understood() -> None:
    columns = (
        "rec_id", "given_name", "surname", "street_number", "address_1", "suburb", "postcode",
        "state", "date_of_birth", "soc_sec_id",
    )  # fmt: skip
    row = ("rec-1", "anna", "roche", "8", "quay st", "wexcombe", "4000", "qld", "19840502", "1")

    found = dict(zip(columns, guess(*columns, rows=(row,)), strict=True))

    assert found["rec_id"] == "customer.number"
    assert (found["given_name"], found["surname"]) == ("party.given_name", "party.family_name")
    assert {found[name] for name in columns[3:8]} == {"contact.address"}
    assert found["soc_sec_id"] == "id.document"


@pytest.mark.parametrize(
    ("_case", "columns", "found"),
    [
        ("German", ("Kundennummer", "Vorname", "Nachname", "Geburtsdatum", "PLZ", "Handy"),
         ["customer.number", "party.given_name", "party.family_name",
          "party.birth_date:day-first", "contact.address", "contact.mobile"]),
        ("French", ("Numéro client", "Prénom", "Nom", "Courriel", "Ville"),
         ["customer.number", "party.given_name", "party.family_name", "contact.email",
          "contact.address"]),
        ("no number but an account", ("Account No", "Full name"),
         ["customer.number", "name.split"]),
        ("a company", ("Customer ID", "Company name", "Phone (office)"),
         ["customer.number", "party.name", "contact.phone"]),
        ("two of one kind", ("id", "customer id", "Last Name", "surname"),
         ["", "customer.number", "party.family_name", ""]),
        ("nothing known", ("foo", "bar"), ["", ""]),
    ],
)  # fmt: skip
def test_headers_in_several_spellings(
    _case: str, columns: tuple[str, ...], found: list[str]
) -> None:
    assert guess(*columns) == found


@pytest.mark.parametrize(
    ("value", "us", "order"),
    [
        ("1984-05-02", False, "iso"),
        ("13/02/1984", True, "day-first"),
        ("02/13/1984", False, "month-first"),
        ("02/05/1984", True, "month-first"),
        ("02.05.1984", False, "day-first"),
    ],
)
def test_the_order_of_dates_is_seen_in_the_values(value: str, us: bool, order: str) -> None:
    assert guess("dob", rows=((value,),), us=us) == [f"party.birth_date:{order}"]


def test_values_speak_where_the_name_does_not() -> None:
    rows = (("zoe@example.net", "+44 7700 900123", "29,85"),)

    assert guess("x1", "x2", "Monatspreis", rows=rows) == [
        "contact.email", "contact.phone", "account.monthly_charge:comma",
    ]  # fmt: skip


def test_values_speak_against_a_name_too() -> None:
    assert guess("email", rows=(("yes",),)) == [""]
