"""Find somebody by whatever is known of them."""

import pytest
from django.db import connection

from crm.access import SYSTEM, Actor
from customers.models import Account, Customer, Product, SearchToken
from customers.reads import find_customers
from tests.customers.factories import a_customer, a_medium, a_party, a_team, an_agent

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-7")]


def somebody() -> Customer:
    party = a_party(given_name="Anaïs", family_name="Roche-O'Neill")
    a_medium(party, "address", "8 Quay Street, Wexcombe WX4 1AB")
    customer = a_customer(
        party=party, number="7590-VHVEG", email="anais.r@example.org", phone="07700 900671"
    )
    Account.objects.create(customer=customer, number="BA-773 0114 9")
    Product.objects.create(customer=customer, name="Fibre", service_number="FTTP-882 017")
    SearchToken.objects.refresh([customer.pk])
    return customer


def found(text: str, actor: Actor = SYSTEM) -> list[Customer]:
    """Found, and also to be seen by the one rule of who sees whom."""
    seen = Customer.objects.visible_to(actor)
    return [seen.get(pk=one.customer_id) for one in find_customers(actor, text, 10)]


@pytest.mark.parametrize(
    ("_case", "text"),
    [
        ("three letters", "ana"),
        ("accents as typed", "Anaïs"),
        ("both names", "anais roche"),
        ("names the other way round", "roche ana"),
        ("an apostrophe", "o'neill"),
        ("the second half of a double name", "oneill"),
        ("a whole number", "7590-VHVEG"),
        ("a number without its dash", "7590vh"),
        ("the second half of a number", "vhveg"),
        ("the end of a number", "hveg"),
        ("a phone as dialled here", "07700 900671"),
        ("a phone as dialled from abroad", "+44 7700-900 671"),
        ("a phone with double zero", "0044 7700"),
        ("the beginning of a phone", "07700"),
        ("the last digits of a phone", "0671"),
        ("an e-mail", "anais.r@example.org"),
        ("the beginning of an e-mail", "anais.r@"),
        ("an account", "ba-773 0114 9"),
        ("an account without blanks", "ba77301149"),
        ("a service number", "FTTP-882 017"),
        ("a postcode", "wx4 1ab"),
        ("a street and a name", "quay anais"),
        ("a letter swapped", "anias"),
        ("a letter missing", "rche"),
        ("a letter too many", "rocche anais"),
        ("a slip beside half a name", "rocche ana"),
        ("a slip beside a street", "rocche quay"),
        ("another letter", "roxhe"),
        ("a slip beside two parts", "rocche oneill ana"),
        ("a slip beside a part and a street", "rocche anais quay"),
        ("both names and the town", "anais roche wexcombe"),
        ("the town before both names", "wexc anais roche"),
        ("a slip beside a town longer than the name", "rocche wexcombe"),
        ("a slip beside a name and a longer town", "anais rocche wexcombe"),
    ],
)
def test_somebody_is_found_by(_case: str, text: str) -> None:
    customer = somebody()
    a_customer(party=a_party(given_name="Bo", family_name="Moss"))

    assert found(text) == [customer]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a",
        "%",
        "_",
        "<",
        "\\",
        "zzz",
        "roche bo",
        "rocche anais bo",
        "anais roche bo",
        "'; --",
    ],
)
def test_nothing_is_found_by(text: str) -> None:
    somebody()

    assert found(text) == []


def test_the_exact_word_comes_before_longer_ones() -> None:
    for name in ("Annabel", "Ann", "Anna"):
        a_customer(party=a_party(given_name=name, family_name=""))

    assert [customer.name for customer in found("ann")] == ["Ann", "Anna", "Annabel"]


def test_the_order_hangs_on_no_plan_of_the_server() -> None:
    for name in ("Annabel", "Ann", "Anna"):
        a_customer(party=a_party(given_name=name, family_name=""))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL enable_indexscan = off")
        cursor.execute("DISCARD PLANS")

    assert [customer.name for customer in found("ann")] == ["Ann", "Anna", "Annabel"]


def test_nobody_finds_whom_they_may_not_see() -> None:
    team = a_team()
    ours = a_customer(party=a_party(given_name="Ann"), care_team=team)
    for _ in range(60):
        a_customer(party=a_party(given_name="Ann"))
    agent = an_agent("view_customer", "view_personal_data", teams=(team,))

    assert found("ann", agent) == [ours]
    assert found("ann", an_agent()) == []


@pytest.mark.parametrize("text", ["anais", "07700 900671", "anais.r@example.org", "anias", "quay"])
def test_what_is_masked_cannot_be_confirmed_by_searching(text: str) -> None:
    customer = somebody()
    auditor = an_agent(role="auditor")

    assert found(text, auditor) == []
    assert found("7590", auditor) == [customer]
