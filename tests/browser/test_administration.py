"""The administration in a real browser, under the policy that forbids whatever is inline."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.customers.factories import a_customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageAs = Callable[..., Page]


def test_a_record_is_found_cleansed_and_followed(page_as: PageAs) -> None:
    customer = a_customer(email="priya@example.org")
    page = page_as("administrator")

    page.goto("/admin/customers/customer/?q=priya")
    page.get_by_role("link", name=customer.number).click()
    page.get_by_label("Handle with care").fill("Prefers mornings")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_label("Handle with care")).to_have_value("Prefers mornings")
    page.get_by_role("link", name="History").click()

    expect(page.get_by_role("cell", name="back-office-cleansing")).to_be_visible()
    assert page.violations == []  # type: ignore[attr-defined]  # kept by page_as


def test_an_action_says_what_the_process_refused(page_as: PageAs) -> None:
    customer = a_customer()
    page = page_as("administrator")

    page.goto("/admin/customers/customer/")
    page.locator("input.action-select").check()
    page.get_by_label("Action:").select_option("terminate")
    page.get_by_role("button", name="Go", exact=True).click()

    expect(page.get_by_text(f"Customer {customer.pk}: Say why")).to_be_visible()
    assert page.violations == []  # type: ignore[attr-defined]  # likewise
