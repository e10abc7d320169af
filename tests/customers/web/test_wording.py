"""Columns as a reader takes them in."""

from datetime import date
from typing import Any, cast

import pytest

from crm.access import SYSTEM
from customers.models import Customer, Party, Product
from customers.processes.deduplicate import merge_parties
from customers.web.wording import PLAIN, Column, in_words, wording
from tests.customers.factories import a_customer, a_party, a_team, an_agent

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]


def column(model: Any, name: str) -> Column:
    return cast("Column", model._meta.get_field(name))


def test_an_id_is_said_by_name() -> None:
    customer, team = a_customer(number="C-7"), a_team("moves")
    asked = [
        (column(Product, "customer"), customer.pk),
        (column(Customer, "party"), customer.party_id),
        (column(Customer, "care_team"), team.pk),
    ]

    said = wording(asked, SYSTEM)

    assert [said.of(*one) for one in asked] == ["Priya Nair (C-7)", "Priya Nair", "Moves"]


def test_who_is_out_of_sight_has_no_name() -> None:
    customer, gone = a_customer(care_team=a_team()), column(Product, "customer")
    agent = an_agent("view_customer", teams=(a_team(),))

    said = wording([(gone, customer.pk)], agent).of(gone, customer.pk)

    assert said == "somebody your role does not show"


def test_a_record_that_was_merged_keeps_its_name_for_whoever_sees_the_main_one() -> None:
    main, other = a_customer(), a_customer(party=a_party(given_name="P."), number="C-8")
    assert main.party_id
    assert other.party_id
    merge_parties(survivor_id=main.party_id, merged_id=other.party_id, actor=SYSTEM)
    asked = [(column(Product, "customer"), other.pk), (column(Customer, "party"), other.party_id)]

    said = wording(asked, SYSTEM)

    assert [said.of(*one) for one in asked] == ["P. Nair (C-8)", "P. Nair"]


@pytest.mark.parametrize(
    ("model", "name", "value", "said"),
    [
        (Customer, "status", "services-ended", "Services ended"),
        (Party, "language", "de", "German"),
        (Party, "nationality", "PL", "Poland"),
        (Party, "birth_date", date(1984, 5, 2), "2 May 1984"),
        (Party, "nationality", "", "–"),
    ],
)
def test_a_code_is_said_by_its_label(model: Any, name: str, value: Any, said: str) -> None:
    field = column(model, name)

    assert PLAIN.of(field, value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "yes"),
        (None, "–"),
        ([{"name": "vip", "value": False}, "x"], "vip: no, x"),
        ({"city": "Leeds"}, "city: Leeds"),
    ],
)
def test_plain_values_are_said_in_words(value: Any, said: str) -> None:
    assert in_words(value) == said
