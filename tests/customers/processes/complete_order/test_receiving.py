"""News of orders: used once, in any order, either or both, and in one transaction."""

import itertools
import random
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers.models import (
    Agreement,
    ContactMedium,
    Customer,
    Identifier,
    Order,
    OrderNews,
    Party,
    Product,
)
from tests.customers.factories import a_customer, an_agent
from tests.customers.order_factories import START, a_line, news, the_table

pytestmark = pytest.mark.django_db

ANN = {"id": "ann", "fields": {"given_name": "Ann", "family_name": "Lee"}}
CONTRACT: dict[str, Any] = {
    "kind": "contract",
    "event_id": "c",
    "hours": 1,
    "customer": ANN,
    "agreements": [{"id": "g-1", "name": "Home Gold", "sla_tier": "gold", "term": "24 months"}],
    "accounts": [{"id": "b-1", "number": "BA-1", "payment_method": "Direct debit"}],
    "contact_media": [{"type": "email", "value": "ann@example.org", "preferred": True}],
    "order": a_line("fibre-900", static_ip="yes") | {"region": "GB"},
}
SERVICE: dict[str, Any] = {
    "kind": "service",
    "event_id": "s",
    "hours": 5,
    "customer": {"id": "ann"},
    "products": [
        {
            "id": "p-1",
            "name": "Fibre 900",
            "kind": "broadband",
            "service_number": "447700900001",
            "identifiers": [("msisdn", "447700900001")],
            "options": {"installed_address": "1 Harbour Row"},
        }
    ],
}
MARRIED: dict[str, Any] = {
    "kind": "contract",
    "event_id": "m",
    "hours": 9,
    "customer": {"id": "ann", "fields": {"family_name": "Lee-Ray", "birth_date": "1990-02-03"}},
}
NEW_NUMBER: dict[str, Any] = {
    "kind": "service",
    "event_id": "n",
    "hours": 12,
    "order": {"region": "IE"},
    "products": [
        {
            "id": "p-1",
            "service_number": "447700900002",
            "identifiers": [("msisdn", "447700900002")],
        }
    ],
}
BOB: dict[str, Any] = {
    "kind": "contract",
    "event_id": "b",
    "hours": 20,
    "order": a_line("mobile-start"),
    "customer": {"id": "bob", "fields": {"given_name": "Bob", "family_name": "Ray"}},
    "products": [
        {
            "id": "p-9",
            "name": "Mobile Start",
            "service_number": "447700900002",
            "identifiers": [("msisdn", "447700900002")],
        }
    ],
}
ALL = [CONTRACT, SERVICE, MARRIED, NEW_NUMBER, BOB]


def told(one: dict[str, Any]) -> None:
    said = {name: value for name, value in one.items() if name != "kind"}
    news(one["kind"], number="O-2" if one is BOB else "O-1", **said)


def the_record() -> dict[str, Any]:
    """Everything that matters of what is held, without the ids of rows."""
    return {
        "customers": sorted(
            Customer.objects.values_list("name", "status", "since", "type", "party__birth_date")
        ),
        "parties": sorted(Party.objects.values_list("given_name", "family_name", "name")),
        "identifiers": sorted(
            Identifier.objects.values_list(
                "party__given_name", "kind", "value", "valid_from", "valid_to", "ended_because"
            ).exclude(kind="external"),
            key=repr,
        ),
        "media": sorted(
            ContactMedium.objects.values_list("type", "value", "preferred", "valid_from"), key=repr
        ),
        "agreements": sorted(
            Agreement.objects.values_list("name", "term", "sla_tier", "valid_from"), key=repr
        ),
        "products": sorted(
            (
                (p.name, p.service_number, p.status, p.options, p.valid_from, p.valid_to)
                for p in Product.objects.all()
            ),
            key=repr,
        ),
        "orders": sorted(
            Order.objects.values_list(
                "external_id", "state", "region", "contract_at", "service_at", "problem"
            ),
            key=repr,
        ),
        "lines": [order.lines for order in Order.objects.order_by("external_id")],
    }


def after(arrivals: list[dict[str, Any]]) -> dict[str, Any]:
    """What stands after these arrived, taken back at once."""
    with transaction.atomic():
        for one in arrivals:
            told(one)
        found = the_record()
        transaction.set_rollback(True)
    return found


@pytest.mark.req("R-CIM-1")
def test_contract_alone_brings_profile_agreement_contacts_and_entitlement() -> None:
    the_table()

    told(CONTRACT)

    customer = Customer.objects.select_related("party").get()
    assert (customer.name, customer.status) == ("Ann Lee", "active")
    assert customer.since == START + timedelta(hours=1)
    agreement = customer.agreements.get()
    assert (agreement.sla_tier, agreement.valid_from) == ("gold", START.date())
    assert customer.accounts.get().payment_method == "Direct debit"
    assert ContactMedium.objects.get(party=customer.party).value == "ann@example.org"
    order = Order.objects.get()
    assert (order.state, order.customer, order.capability_version_id is None) == (
        "acknowledged",
        customer,
        False,
    )
    assert OutboxEvent.objects.filter(name="order.information_updated").count() == 1


@pytest.mark.req("R-CIM-2")
def test_service_alone_waits_until_somebody_says_whose_it_is() -> None:
    told(SERVICE)
    order = Order.objects.get()
    assert (order.customer, order.problem) == (None, "It is not known yet whose order this is.")
    assert Product.objects.exists() is False

    told(CONTRACT)

    order.refresh_from_db()
    assert (order.state, order.problem) == ("committed", "")
    assert Product.objects.get().service_number == "447700900001"
    assert Identifier.objects.get(kind="msisdn").party == Party.objects.get()


@pytest.mark.req("R-CIM-2")
def test_service_alone_reaches_a_customer_we_know() -> None:
    customer = a_customer(status="prospect")

    news("service", customer={"id": str(customer.public_id)}, products=SERVICE["products"])

    customer.refresh_from_db()
    assert customer.products.get().options == {"installed_address": "1 Harbour Row"}
    assert customer.status == "active"


@pytest.mark.req("R-CIM-2")
def test_end_state_does_not_depend_on_arrival() -> None:
    every = list(itertools.permutations(ALL))
    chosen = random.Random(7).sample(every, 5)

    expected = after(ALL)

    assert expected["orders"][0][1] == "committed"
    assert [row for row in expected["identifiers"] if row[0] == "Ann"][1][5] == "recycled"
    for arrivals in [*chosen, list(reversed(ALL))]:
        assert after(list(arrivals)) == expected, [one["event_id"] for one in arrivals]


@pytest.mark.req("R-CIM-2")
def test_same_event_again_changes_nothing() -> None:
    told(CONTRACT)
    before, events = the_record(), OutboxEvent.objects.count()

    again = news("contract", **{k: CONTRACT[k] for k in CONTRACT if k != "kind"})

    assert again.known
    assert (the_record(), OutboxEvent.objects.count()) == (before, events)
    assert OrderNews.objects.count() == 1


def test_event_id_used_for_another_order_is_refused() -> None:
    told(CONTRACT)

    with pytest.raises(RuleBroken, match="used for something else"):
        news("contract", number="O-7", event_id="c", customer=ANN)

    assert OrderNews.objects.count() == 1


def test_order_of_another_customer_is_refused_and_nothing_is_left() -> None:
    told(CONTRACT)
    other = a_customer()

    with pytest.raises(RuleBroken, match="another customer"):
        news("service", customer={"id": other.number}, products=SERVICE["products"])

    assert OrderNews.objects.count() == 1
    assert Product.objects.exists() is False


def test_what_cannot_be_written_leaves_nothing_of_the_event() -> None:
    wrong = {"id": "p-1", "name": "Mobile", "identifiers": [("msisdn", "no number")]}

    with pytest.raises(RuleBroken, match="no phone number"):
        news("contract", customer=ANN, agreements=CONTRACT["agreements"], products=[wrong])

    assert Order.objects.exists() is False
    assert Customer.objects.exists() is False
    assert Agreement.objects.exists() is False


def test_correction_by_hand_outlives_news_that_says_nothing_new() -> None:
    told(CONTRACT)
    Party.objects.update(family_name="Leigh")

    told(SERVICE)

    assert Party.objects.get().family_name == "Leigh"


def test_order_called_off_is_not_completed_and_changes_no_record() -> None:
    received = news("contract", customer={"id": "x"}, order={"state": "cancelled"})

    assert received.order.state == "cancelled"
    assert Customer.objects.exists() is False


def test_stranger_tells_nothing() -> None:
    with pytest.raises(PermissionDenied):
        news("contract", customer=ANN, actor=an_agent("view_customer"))

    assert Order.objects.exists() is False
