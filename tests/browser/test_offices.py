"""The officer's, the partner's and the stranger's pages in a real browser."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from crm.access import SYSTEM
from customers.models import Customer
from customers.processes.archive_information import run
from interactions.models import Interaction
from tests.browser.conftest import assert_accessible
from tests.customers.archive.factories import a_closed_interaction, a_retention_policy
from tests.customers.factories import a_customer, a_party
from tests.customers.insight.factories import a_fact, baselines_in_use

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageAs = Callable[..., Page]


@pytest.fixture
def archived(tmp_path: Path, settings: Any) -> Customer:
    """A customer with a fact, and one matter that went into the archive."""
    settings.STORAGE_DIR = tmp_path
    version = a_retention_policy()
    baselines_in_use("insight.")
    customer = a_customer(party=a_party(given_name="Amara"), number="C-40 118 227")
    a_fact(customer, "household.partner", True)
    closed = timezone.now() - timedelta(days=150)
    a_closed_interaction(customer, closed, version, subject="Amara cannot connect")
    run(data_class="interaction", actor=SYSTEM)
    return customer


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pages_of_the_privacy_officer_have_no_finding(
    page_as: PageAs, archived: Customer, width: int, scheme: str
) -> None:
    page = page_as("privacy-officer", width=width, scheme=scheme)

    page.goto("/archive/")
    page.locator("tbody details summary").click()
    assert_accessible(page)
    page.goto(f"/customers/{archived.pk}/insight/facts/")
    assert_accessible(page)
    assert page.violations == []  # type: ignore[attr-defined]  # kept beside the page


@pytest.mark.req("R-CIM-14")
def test_a_record_comes_back_and_the_search_stays(page_as: PageAs, archived: Customer) -> None:
    page = page_as("privacy-officer")
    page.goto("/archive/")
    page.get_by_label("Customer number or name").fill("amara")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("This search is itself on record.")).to_be_visible()

    page.get_by_role("button", name="Bring back").click()

    expect(page.locator("tbody").get_by_text("Back since")).to_be_visible()
    expect(page.get_by_label("Customer number or name")).to_have_value("amara")
    assert Interaction.objects.filter(customer=archived).exists()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_pages_for_strangers_and_partners_have_no_finding(
    page_as: PageAs, width: int, scheme: str
) -> None:
    page = page_as(width=width, scheme=scheme)

    page.goto("/api/docs")
    page.locator("details.rule-x summary").nth(1).click()
    assert_accessible(page)
    page.goto("/nothing-here")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert_accessible(page)
