"""Orders in a real browser: options by keyboard change the list, nothing completes too early."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import Order
from customers.processes.report_to_customer import make_due_reports
from tests.browser.conftest import assert_accessible
from tests.customers.order_factories import all_steps_done, an_order, the_table
from tests.customers.processes.complete_order.test_completing import a_ready_customer
from tests.customers.processes.test_report_to_customer import a_need

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageAs = Callable[..., Page]


@pytest.mark.req("R-CIM-21")
def test_option_toggled_by_keyboard_changes_the_list_and_the_order_completes(
    page_as: PageAs,
) -> None:
    the_table()
    order = an_order(a_ready_customer(), "mobile-start")
    all_steps_done(order)
    page = page_as("agent")
    page.goto(f"/orders/{order.public_id}/")
    expect(page.get_by_text("Transfer code of the old provider")).to_have_count(0)

    page.get_by_role("group", name="Bring a number along").get_by_label("No").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#item-transfer_code")).to_be_visible()
    page.get_by_role("button", name="Complete the order").click()
    expect(page.get_by_role("alert")).to_contain_text("Transfer code of the old provider")
    page.locator("#item-transfer_code summary").click()
    page.get_by_label("What was found out").locator("visible=true").fill("ABC123")
    page.locator("#item-transfer_code").get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Nothing is open.")).to_be_visible()
    page.get_by_role("button", name="Complete the order").click()

    expect(page.get_by_role("button", name="Complete the order")).to_have_count(0)
    assert Order.objects.get().state == "completed"
    assert page.violations == []  # type: ignore[attr-defined]  # the fixture puts it there


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_order_pages_are_accessible(page_as: PageAs, width: int, scheme: str) -> None:
    the_table()
    order = an_order(a_ready_customer(), "fibre-900")
    assert order.customer
    a_need(order.customer)
    make_due_reports(timezone.now())
    page = page_as("agent", width=width, scheme=scheme)
    for path in (
        "/orders/",
        f"/orders/{order.public_id}/",
        f"/customers/{order.customer.pk}/order-information?offering=fibre-900",
        f"/customers/{order.customer.pk}/reports",
    ):
        page.goto(path)
        assert_accessible(page)
    assert page.violations == []  # type: ignore[attr-defined]  # the fixture puts it there
