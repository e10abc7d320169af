"""Readiness in a real browser: the board, a capability and its draft, by keyboard and eye."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from readiness.models import OrtRun
from readiness.processes.register_processes import register_processes
from readiness.tasks import run_readiness_cases
from tests.browser.conftest import assert_accessible
from tests.readiness.factories import a_pilot, load_baselines

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageAs = Callable[..., Page]
CLOSING = "/readiness/capabilities/close.policy"


@pytest.fixture(autouse=True)
def _kept() -> None:
    register_processes()
    load_baselines()


@pytest.mark.req("R-CSR-1")
@pytest.mark.parametrize(
    ("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
)
def test_every_page_is_readable_for_everybody(page_as: PageAs, width: int, scheme: str) -> None:
    a_pilot("sla.policy", {"rules": []}, percent=10)
    page = page_as("readiness-manager", width=width, scheme=scheme)

    for address in (
        "/readiness",
        "/readiness/capabilities/sla.policy",
        f"{CLOSING}/draft",
        "/readiness/capabilities/sla.policy/draft",
        "/readiness/capabilities/retention.policy/draft",
        f"{CLOSING}/draft?as=json",
        "/readiness/register",
        "/readiness/register/1.3.1",
    ):
        page.goto(address)
        assert_accessible(page)
    assert page.violations == []  # type: ignore[attr-defined]  # kept beside the page


@pytest.mark.req("R-CSR-24")
def test_a_version_goes_from_draft_to_general_use_by_hand(page_as: PageAs) -> None:
    writer = page_as("readiness-manager")
    writer.goto(CLOSING)
    writer.get_by_role("link", name="Draft the next version").click()
    writer.get_by_label("What changes and why").fill("Two weeks are enough")
    writer.get_by_label("Can be reopened for").fill("14")
    writer.get_by_label("Can be reopened for").press("Tab")
    expect(writer.locator("#changes")).to_contain_text("14 days")
    writer.get_by_role("button", name="Keep as a draft").click()
    writer.get_by_role("button", name="Run the readiness test").click()
    expect(writer.get_by_text("You wrote this version")).to_be_visible()
    run_the_test_of(writer)
    expect(writer.locator("#readiness-test").get_by_text("Passed", exact=True)).to_be_visible()
    expect(writer.locator("#way")).to_contain_text("to sign: Operations")

    lead = page_as("team-lead")
    lead.goto(CLOSING)
    lead.get_by_role("button", name="Sign", exact=True).click()

    writer.goto(CLOSING)
    writer.get_by_label("Shares in per cent").fill("100")
    writer.get_by_role("button", name="Introduce version 2").click()
    expect(writer.locator(".page-head").get_by_text("In general use")).to_be_visible()
    expect(writer.get_by_text("Replaced by")).to_have_count(0)


def test_a_setting_that_cannot_work_is_said_beside_its_box(page_as: PageAs) -> None:
    page = page_as("readiness-manager")
    page.goto("/readiness/capabilities/sla.policy/draft")
    page.locator("details.rule-x summary").first.click()
    fix = page.locator("[name='c.rules.0.targets.resolution']")
    fix.fill("0 h")
    fix.press("Tab")
    expect(page.locator("#changes")).to_contain_text("greater than 0")
    page.get_by_label("What changes and why").fill("At once")

    page.get_by_role("button", name="Keep as a draft").click()

    expect(page.locator("details.rule-x[open] .field-err")).to_contain_text("greater than 0")
    expect(fix).to_have_value("0 h")


def test_everything_works_without_script(page_as: PageAs) -> None:
    page = page_as("readiness-manager", script=False)
    page.goto(CLOSING)

    page.get_by_text("Hold now").first.click()
    page.get_by_label("Why").first.fill("Wrong outcomes")
    page.locator("form[action$='/hold'] button").click()

    expect(page.locator(".page-head").get_by_text("Suspended")).to_be_visible()
    expect(page.get_by_text("Wrong outcomes")).to_be_visible()


def run_the_test_of(page: Page) -> None:
    """Be the worker; the page follows by itself."""
    expect(page.locator("#readiness-test")).to_contain_text("run")
    run_readiness_cases(OrtRun.objects.get().pk)
