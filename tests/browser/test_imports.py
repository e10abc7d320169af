"""The import wizard from the file to its undoing, by keyboard and on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer, ImportRun
from customers.tasks import take_in_file, try_file, undo_file
from tests.browser.conftest import PageAs, a_user, assert_accessible
from tests.customers.web.test_imports import SIGN_UPS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.req("R-CIM-5"),
]


def uploaded(page: Page, tmp_path: Path) -> None:
    bad = "S-3,Bo Marsh,0770090012,bo@example.net,31/02/1990,WX4 3EF,"
    (tmp_path / "sign-ups.csv").write_text("\n".join([*SIGN_UPS, bad]), encoding="utf-8")
    page.goto("/imports/new")
    page.get_by_label("File", exact=True).set_input_files(tmp_path / "sign-ups.csv")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("6 of 7 columns matched")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_file_goes_in_by_its_columns_and_comes_out_again(
    page_as: PageAs, tmp_path: Path, width: int, scheme: str
) -> None:
    user = a_user("data-steward")
    page = page_as("data-steward", width=width, scheme=scheme)
    uploaded(page, tmp_path)
    expect(page.get_by_label("DOB becomes")).to_have_value("party.birth_date:day-first")
    assert_accessible(page)

    page.get_by_label("notes2 becomes").select_option("customer.care_note")
    page.get_by_role("button", name="Try it").press("Enter")
    expect(page.get_by_text("rows so far")).to_be_visible()
    run = ImportRun.objects.get()
    try_file(run.pk, user)
    expect(page.get_by_text("There is no such day")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("button", name="Import 2 rows").press("Enter")
    expect(page.get_by_text("rows so far")).to_be_visible()
    take_in_file(run.pk, user)
    expect(page.get_by_role("button", name="Undo this import")).to_be_visible()
    assert_accessible(page)

    Customer.objects.filter(number="S-2").update(segment="gold")
    page.get_by_role("button", name="Undo this import").press("Enter")
    expect(page.get_by_text("rows so far")).to_be_visible()
    undo_file(run.pk, user)
    expect(page.get_by_text("Edited since.")).to_be_visible()
    assert_accessible(page)
    assert page.violations == []  # type: ignore[attr-defined]  # the fixture puts it there
