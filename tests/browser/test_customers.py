"""Customers in a real browser: found by three letters, opened, changed, imported."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from crm.access import SYSTEM
from customers import code_channels
from customers.models import Account, Agreement, Customer, ImportRun, PartyRelationship, Product
from customers.processes.update_information import update_customer
from customers.tasks import try_file
from tests.browser.conftest import a_user, assert_accessible
from tests.customers.factories import a_customer, a_medium, a_party
from tests.customers.processes.import_customers.test_take_in import HEADER, MAPPING, ROWS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.req("R-CIM-7"),
]

PageAs = Callable[..., Page]


def amara() -> Customer:
    party = a_party(given_name="Amara", family_name="Okonjo-Reid", language="en")
    customer = a_customer(
        party=party,
        number="C-40 118 227",
        phone="+44 7700 900318",
        email="amara@example.org",
        care_note="Medical alarm on the line: repair first",
        segment="Home Plus Care",
    )
    a_medium(party, "address", "14 Harbour Row, Wexcombe WX4 2QT")
    Account.objects.create(
        customer=customer,
        number="BA-773 0114 9",
        monthly_charge="64.20",
        currency="GBP",
        payment_method="Direct debit",
        paperless=True,
    )
    Agreement.objects.create(customer=customer, name="Home Plus Care, v3", term="24 months")
    for name, kind in (("Fibre 900", "internet"), ("Mobile Unlimited", "mobile")):
        Product.objects.create(customer=customer, name=name, kind=kind)
    daniel = a_party(given_name="Daniel", family_name="Reid")
    a_customer(party=daniel)
    PartyRelationship.objects.create(source=daniel, target=party, kind="payer")
    update_customer(
        customer_id=customer.pk,
        changes={"segment": "Home Plus"},
        trigger="customer-notified",
        actor=SYSTEM,
    )
    return customer


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_list_the_page_and_the_form_are_accessible(
    page_as: PageAs, width: int, scheme: str
) -> None:
    customer = amara()
    page = page_as("data-steward", width=width, scheme=scheme)
    for path in (
        "/customers/",
        f"/customers/{customer.pk}/",
        f"/customers/{customer.pk}/edit",
        "/customers/new",
        "/imports/new",
        "/imports/",
        "/cleansing/",
        "/exports/",
        "/search?q=amara",
    ):
        page.goto(path)
        assert_accessible(page)
    assert page.violations == []  # type: ignore[attr-defined]  # the fixture puts it there


def test_three_letters_in_the_search_box_open_the_customer(page_as: PageAs) -> None:
    customer = amara()
    page = page_as("agent")
    page.goto("/customers/")

    page.keyboard.press("/")
    page.keyboard.type("oko")
    page.get_by_text("Amara Okonjo-Reid").last.click()

    expect(page).to_have_url(f"{page.url.split('/customers')[0]}/customers/{customer.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Amara Okonjo-Reid")
    expect(page.get_by_text("Home Plus Care → Home Plus")).to_be_visible()


def test_a_file_is_tried_in_the_wizard(page_as: PageAs, tmp_path: Path) -> None:
    (tmp_path / "shop.csv").write_text("\n".join([HEADER, *ROWS, "A-3,Cy,,M,x,No,No,5,No"]))
    (tmp_path / "m.json").write_text(json.dumps(MAPPING))
    page = page_as("data-steward")
    page.goto("/imports/new")
    page.get_by_label("File", exact=True).set_input_files(tmp_path / "shop.csv")
    page.get_by_label("Own mapping file").set_input_files(tmp_path / "m.json")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("rows so far")).to_be_visible()

    try_file(ImportRun.objects.get().pk, a_user("data-steward"))

    expect(page.get_by_role("button", name="Import 2 rows")).to_be_visible()
    expect(page.get_by_text("Not a number")).to_be_visible()
    assert_accessible(page)
    assert page.violations == []  # type: ignore[attr-defined]  # the fixture puts it there


@pytest.mark.req("R-CIM-16")
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_somebody_finds_the_way_to_become_a_customer(
    page_as: PageAs, monkeypatch: pytest.MonkeyPatch, width: int, scheme: str
) -> None:
    monkeypatch.setattr(code_channels, "resolve", lambda *_args, **_more: None)
    page = page_as("", width=width, scheme=scheme)
    page.goto("/login")
    assert_accessible(page)
    page.get_by_role("link", name="Become a customer").click()
    expect(page.get_by_role("heading", name="Become a customer")).to_be_visible()
    assert_accessible(page)

    page.get_by_label("E-mail").first.fill("zoe@example.org")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_text("Give at least one name.").first).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Given name").fill("Zoë")
    page.get_by_role("button", name="Send me a code").click()

    expect(page.get_by_label("Code from the mail")).to_be_focused()
    assert_accessible(page)


def test_going_back_finds_the_list_as_it_was_left(page_as: PageAs) -> None:
    amara()
    page = page_as("agent")
    page.goto("/customers/?status=active&order=name")
    page.locator("td a[href^='/customers/']").first.click()
    page.wait_for_url(re.compile(r"/customers/\d+/$"))
    page.keyboard.press("Escape")

    page.wait_for_url("**/customers/?status=active&order=name")
