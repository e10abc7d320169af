"""The record in a real browser: callers, contact points, ties, wishes, the past."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from crm.access import SYSTEM
from customers.models import (
    AttributeDefinition,
    ContactMedium,
    Customer,
    CustomerRole,
    Identifier,
    Product,
)
from customers.processes.keep_needs import record_need
from customers.processes.keep_relations import assign_role, tie
from customers.processes.manage_consent import record_consent
from customers.processes.place_hold import place_hold
from customers.processes.update_information import update_customer
from tests.browser.conftest import assert_accessible, settled
from tests.browser.test_customers import amara
from tests.customers.factories import a_customer, a_party

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.req("R-CIM-7"),
]

PageAs = Callable[..., Page]
# A folder to look at what the tests saw; nothing is written without it.
SHOTS = os.environ.get("CRM_SHOTS", "")


def whole() -> Customer:
    """Amara with a family, a wish, a consent, numbers, an attribute of our own and a past."""
    customer = amara()
    assert customer.party
    party = customer.party
    type(party).objects.filter(pk=party.pk).update(birth_date=date(1984, 3, 9))
    Customer.objects.filter(pk=customer.pk).update(
        created_at=datetime(2025, 1, 1, tzinfo=UTC), since=datetime(2019, 1, 1, tzinfo=UTC)
    )
    party.contact_media.filter(type="email").update(state="verified", verified_at=timezone.now())
    for given, kind in (("Zola", "parent"), ("Ngozi", "household")):
        other = a_customer(party=a_party(given_name=given, family_name="Reid"))
        tie(source_id=party.pk, target_id=other.party_id or 0, kind=kind, actor=SYSTEM)
    person = a_party(given_name="Ellie", family_name="Marsh")
    assign_role(
        customer_id=customer.pk, party_id=person.pk, role="authorised-contact", actor=SYSTEM
    )
    wish = {"channel": "letter", "format": "large-print", "contact_person_id": person.pk}
    record_need(
        party_id=party.pk, topic="bill", fields=wish, trigger="customer-notified", actor=SYSTEM
    )
    record_consent(
        party_id=party.pk, purpose_key="marketing", given=False, source="call", actor=SYSTEM
    )
    Identifier.objects.create(party=party, kind="msisdn", value="447700900318")
    AttributeDefinition.objects.create(key="loyalty", label="Loyalty points", value_type="whole")
    update_customer(
        customer_id=customer.pk,
        changes={"characteristics": [{"name": "loyalty", "value": 120}]},
        trigger="customer-notified",
        actor=SYSTEM,
    )
    Product.objects.create(customer=customer, name="TV Family", kind="tv", status="ending")
    place_hold(customer_id=customer.pk, kind="interaction", reference="INT-7", actor=SYSTEM)
    return customer


def seen(page: Page, name: str, width: int) -> None:
    if SHOTS:
        settled(page)
        page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_pages_of_the_record_are_accessible(page_as: PageAs, width: int, scheme: str) -> None:
    customer = whole()
    medium = ContactMedium.objects.filter(party=customer.party, type="mobile").get()
    page = page_as("team-lead", width=width, scheme=scheme)
    base = f"/customers/{customer.pk}"
    for name, path in {
        "page": f"{base}/",
        "edit": f"{base}/edit",
        "verify": f"{base}/verify",
        "contact": f"{base}/contacts/{medium.pk}/",
        "contact-new": f"{base}/contacts/new?type=address",
        "link": f"{base}/link?q=ellie",
        "needs": f"{base}/needs?topic=bill",
        "past": f"{base}/past?at=2026-01-31",
        "life": f"{base}/life/end-services",
        "end": f"{base}/end",
        "numbers": f"{base}/numbers/",
        "changes": f"{base}/changes?all=1",
        "timeline": f"{base}/timeline",
        "insight": f"{base}/insight/",
        "trust": f"{base}/insight/trust/",
    }.items():
        page.goto(path)
        seen(page, name, width)
        assert_accessible(page)
    assert page.violations == []  # type: ignore[attr-defined]  # the fixture puts it there


@pytest.mark.req("R-CIM-5")
def test_a_caller_is_verified_from_the_keyboard(page_as: PageAs) -> None:
    customer = whole()
    page = page_as("agent")
    page.goto(f"/customers/{customer.pk}/")
    expect(page.get_by_text("Caller: level 0 of 3")).to_be_visible()

    page.keyboard.press("v")
    page.get_by_label("Which document, last digits").fill("passport 771")
    page.get_by_role("button", name="Seen").click()

    expect(page.get_by_text("Caller: level 3 of 3")).to_be_visible()
    expect(page.get_by_text("64.20")).to_be_visible()


@pytest.mark.req("R-CIM-17")
def test_an_ended_role_comes_back_with_one_key(page_as: PageAs) -> None:
    customer = whole()
    page = page_as("agent")
    page.goto(f"/customers/{customer.pk}/")

    page.get_by_role("button", name="End: Ellie Marsh, Authorised contact").click()
    expect(page.get_by_text("Ended today.")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_text("It stands again.")).to_be_visible()

    assert CustomerRole.objects.get().valid_to is None
