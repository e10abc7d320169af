"""Duplicates: the desk, a pair by keys alone, and candidates while somebody types."""

import pytest
from playwright.sync_api import Page, expect

from customers.models import DuplicateCase, Merge, Party
from tests.browser.conftest import PageAs, assert_accessible
from tests.customers.factories import a_customer, a_medium, a_party

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

_REASONS = [
    {"key": "phone", "level": 4, "bits": 15.5},
    {"key": "birth_date", "level": 4, "bits": 13.7},
    {"key": "family_name", "level": 4, "bits": 8.1},
    {"key": "given_name", "level": 2, "bits": 1.2},
    {"key": "email", "level": 1, "bits": -3.4},
]


def a_pair(number: int = 671, score: int = 94) -> DuplicateCase:
    parties = []
    for given, email, language in (
        ("Tomasz", f"t.w{number}@example.com", "pl"),
        ("Tomek", f"tomek{number}@example.net", "en"),
    ):
        party = a_party(
            given_name=given,
            family_name="Wieczorek",
            birth_date="1984-05-02",
            language=language,
            source="shop-form" if given == "Tomek" else "back-office",
        )
        a_customer(party=party, phone=f"07700 900{number}", email=email)
        a_medium(party, "address", "Flat 2, 8 Quay Street, Wexcombe WX4 1AA")
        parties.append(party)
    return DuplicateCase.objects.create(
        left=parties[0],
        right=parties[1],
        score=score,
        sure=score >= 99,
        reasons=_REASONS,
        source="run",
    )


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_desk_and_pair_are_accessible(page_as: PageAs, width: int, scheme: str) -> None:
    case = a_pair()
    a_pair(672, score=99)
    page = page_as("data-steward", width=width, scheme=scheme)

    for path in ("/duplicates/", f"/duplicates/{case.public_id}/"):
        page.goto(path)
        assert_accessible(page)

    assert page.violations == []  # type: ignore[attr-defined]  # kept by page_as


@pytest.mark.req("R-CIM-6")
def test_a_pair_is_decided_by_keys(page_as: PageAs) -> None:
    case = a_pair()
    page = page_as("data-steward")
    page.goto(f"/duplicates/{case.public_id}/")

    page.keyboard.press("m")

    expect(page.get_by_text("are now one record").first).to_be_visible()
    assert Merge.objects.get().survivor_id == case.left_id
    page.get_by_role("button", name="Undo merge").first.click()
    expect(page.get_by_text("Both records are back").first).to_be_visible()
    assert Party.objects.filter(removed_at=None).count() == 2


@pytest.mark.req("R-CIM-5")
def test_who_looks_alike_shows_while_typing(page_as: PageAs) -> None:
    a_pair()
    page: Page = page_as("agent")
    page.goto("/customers/new")

    page.get_by_label("Given name").fill("Tomasz")
    page.get_by_label("Family name").fill("Wieczorek")
    page.get_by_label("Mobile").fill("07700 900671")

    expect(page.get_by_role("heading", name="Is it one of these?")).to_be_visible()
    expect(page.locator("#alike").get_by_role("link", name="Tomasz Wieczorek")).to_be_visible()
    assert_accessible(page)


@pytest.mark.req("R-CIM-5")
def test_who_looks_alike_shows_while_a_record_is_changed(page_as: PageAs) -> None:
    a_pair()
    other = a_customer(party=a_party(given_name="Tom", family_name="Moss"))
    page: Page = page_as("agent")
    page.goto(f"/customers/{other.pk}/edit")
    expect(page.get_by_label("Trading name")).to_be_hidden()

    page.get_by_label("Given name").fill("Tomasz")
    page.get_by_label("Family name").fill("Wieczorek")
    page.get_by_label("Mobile").fill("07700 900671")

    expect(page.get_by_role("heading", name="Recorded twice?")).to_be_visible()
    expect(page.locator("#alike").get_by_role("link", name="Tomasz Wieczorek")).to_be_visible()
    page.get_by_label("Type").select_option("business")
    expect(page.get_by_label("Trading name")).to_be_visible()
    expect(page.get_by_label("Date of birth")).to_be_hidden()
    # What is filled stays to be seen, whatever the type.
    expect(page.get_by_label("Family name")).to_be_visible()
    assert_accessible(page)
