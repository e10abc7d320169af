"""One order on screen: the list follows the options, completing says what is open."""

import re
from typing import Any

import pytest
from django.test import Client

from customers.models import Order, RecordedItem
from tests.crm.web.test_pseudo_locale import pseudo, untranslated  # noqa: F401  # a fixture
from tests.customers.factories import a_customer, a_user
from tests.customers.order_factories import all_steps_done, an_order, the_table
from tests.customers.processes.complete_order.test_completing import a_ready_customer

pytestmark = pytest.mark.django_db


def browser(role: str = "agent") -> Client:
    client = Client()
    client.force_login(a_user(role=role))
    return client


def items(html: str) -> list[str]:
    return re.findall(r'<li id="item-(\w+)"', html.partition('id="completion"')[0])


def post(client: Client, order: Order, what: str, **said: Any) -> Any:
    return client.post(
        f"/orders/{order.public_id}/{what}",
        said,
        headers={"HX-Request": "true", "HX-Target": "order-body"},
    )


@pytest.mark.req("R-CIM-20")
def test_page_lists_what_is_open_first() -> None:
    the_table()
    order = an_order(a_ready_customer(), "mobile-start", options={"device": "credit"})

    html = browser().get(f"/orders/{order.public_id}/").content.decode()

    assert items(html)[0] == "identity"
    assert "1 item is open. 3 steps are open." in html
    assert "Problem handling" in html


@pytest.mark.req("R-CIM-21")
def test_toggling_an_option_answers_with_the_new_list_only() -> None:
    the_table()
    order = an_order(a_ready_customer(), "fibre-900")

    html = post(browser(), order, "options", **{"o:1:static_ip": "yes"}).content.decode()

    assert "technical_contact" in items(html)
    assert "<html" not in html
    order.refresh_from_db()
    assert order.lines[0]["options"]["static_ip"] == "yes"


@pytest.mark.req("R-CIM-3")
def test_completing_too_early_is_409_and_names_what_is_open() -> None:
    the_table()
    order = an_order(a_ready_customer(), "mobile-start")

    answer = browser().post(f"/orders/{order.public_id}/complete")

    assert answer.status_code == 409
    assert "Customer accepted the delivery" in answer.content.decode()
    order.refresh_from_db()
    assert order.state == "pending"


@pytest.mark.req("R-CIM-3")
def test_completed_order_asks_nothing_more() -> None:
    the_table()
    order, client = an_order(a_ready_customer(), "mobile-start"), browser()
    all_steps_done(order)

    client.post(f"/orders/{order.public_id}/complete")

    html = client.get(f"/orders/{order.public_id}/").content.decode()
    assert "Complete the order" not in html
    assert "Enter it" not in html


def test_item_is_entered_on_the_list() -> None:
    the_table()
    customer = a_ready_customer()
    order = an_order(customer, "mobile-start", options={"number_transfer": "yes"})

    html = post(
        browser(), order, "item", item="transfer_code", value="ABC123", valid_until="2027-01-01"
    ).content.decode()

    assert RecordedItem.objects.get().value == "ABC123"
    assert items(html)[0] != "transfer_code"


def test_step_is_recorded_with_its_reason() -> None:
    the_table()
    order = an_order(a_ready_customer(), "mobile-start")

    post(browser(), order, "step", step="training", state="not-needed", note="SIM only")

    assert order.steps.get().note == "SIM only"


def test_who_may_only_look_gets_nothing_to_press() -> None:
    the_table()
    order = an_order(a_ready_customer(), "mobile-start")

    html = browser("privacy-officer").get(f"/orders/{order.public_id}/").content.decode()

    assert "Complete the order" not in html
    assert post(browser("privacy-officer"), order, "complete").status_code == 403


def test_without_a_table_the_page_says_so() -> None:
    order = an_order(a_customer())

    html = browser().get(f"/orders/{order.public_id}/").content.decode()

    assert "No accepted version of order.information_table" in html
