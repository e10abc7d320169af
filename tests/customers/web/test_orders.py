"""Orders on screen: all, and those of one customer."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from customers.web import orders
from tests.architecture.growth import assert_steady
from tests.crm.web.test_pseudo_locale import pseudo, untranslated  # noqa: F401  # a fixture
from tests.customers.factories import a_customer, a_user
from tests.customers.order_factories import an_order, the_table
from tests.customers.processes.complete_order.test_completing import a_ready_customer

pytestmark = pytest.mark.django_db


def browser(role: str = "agent") -> Client:
    client = Client()
    client.force_login(a_user(role=role))
    return client


def test_auditor_sees_no_names() -> None:
    order = an_order(a_customer())
    client = browser("auditor")

    assert "Priya" not in client.get("/orders/").content.decode()
    assert "Priya" not in client.get(f"/orders/{order.public_id}/").content.decode()


def test_list_and_panel_ask_the_same_with_more_orders() -> None:
    customer, client = a_customer(), browser()
    an_order(customer)

    def more() -> None:
        for _number in range(5):
            an_order(customer)
            an_order(a_customer())

    assert_steady(client, "/orders/", more)
    assert_steady(client, f"/customers/{customer.pk}/orders", more)


@pytest.mark.usefixtures("pseudo")
def test_every_sentence_is_translated() -> None:
    the_table()
    order = an_order(a_ready_customer(), "mobile-start", options={"device": "credit"})
    client = browser()
    assert order.customer

    for address in (
        "/orders/",
        f"/orders/{order.public_id}/",
        f"/customers/{order.customer.pk}/order-information",
        f"/customers/{order.customer.pk}/orders",
    ):
        assert untranslated(client.get(address).content.decode()) == [], address


def test_the_newest_order_stands_first_whenever_it_was_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(orders, "_PAGE", 2)
    now, client = timezone.now(), browser()
    two, one, another, three = (
        an_order(a_customer(), ordered_at=now - timedelta(days=days)).pk for days in (2, 1, 1, 3)
    )

    first = client.get("/orders/").context
    second = client.get("/orders/", {"before": first["older"]}).context

    pages = [[row["order"].pk for row in page["rows"]] for page in (first, second)]
    assert pages == [[another, one], [two, three]]


@pytest.mark.parametrize("mark", ["7", "x-y", "7-2026-13-45T00:00", "7-2026-01-01T00:00:00"])
def test_a_mark_that_is_none_shows_the_newest(mark: str) -> None:
    an_order(a_customer())

    assert len(browser().get("/orders/", {"before": mark}).context["rows"]) == 1
