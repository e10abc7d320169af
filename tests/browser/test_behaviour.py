"""What the shared script does on a page: panels, refusals, undo, rows, clocks, polls."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from crm.web import panels
from tests.browser import demo_site
from tests.browser.conftest import PageAs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def demo(page_as: PageAs, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Page:
    """The misbehaving page, opened by an agent."""
    settings.ROOT_URLCONF = "tests.browser.demo_site"
    monkeypatch.setattr(panels, "_panels", {})
    for order, name in enumerate(("good", "bad")):
        panels.register(
            page="demo",
            name=name,
            order=order,
            column="right",
            title=name.title(),
            icon="chart-line",
            url_name=f"demo-{name}",
        )
    demo_site.POLLED.clear()
    page = page_as("agent")
    page.clock.install()
    page.goto("/demo")
    return page


def test_failing_panel_says_so_and_the_page_stands(demo: Page) -> None:
    expect(demo.locator("#panel-bad")).to_contain_text("Bad is not answering")
    expect(demo.locator("#panel-good")).to_have_count(0)
    expect(demo.get_by_text("Single keys are silent while you type")).to_be_visible()


def test_refusal_stands_beside_its_field_and_takes_the_focus(demo: Page) -> None:
    demo.fill("[name=number]", "0770090")
    demo.get_by_role("button", name="Save number").click()

    field = demo.locator("[name=number]")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("One digit short for a UK mobile.")
    expect(field).to_have_value("0770090")
    expect(demo.locator("#toasts")).to_contain_text("One digit short for a UK mobile.")


def test_undo_is_one_key_away_for_ten_seconds(demo: Page) -> None:
    demo.get_by_role("button", name="Snooze").click()
    expect(demo.locator("#toasts")).to_contain_text("Snoozed until Fri 09:00")
    demo.keyboard.press("z")
    expect(demo.locator("#toasts")).to_contain_text("Back where it was")

    demo.clock.run_for(11_000)

    expect(demo.locator("[data-toast]")).to_have_count(0)


def test_rows_are_walked_and_opened_by_keys(demo: Page) -> None:
    demo.keyboard.press("j")
    demo.keyboard.press("j")
    expect(demo.locator("[data-rows] > .sel")).to_have_text("Second")
    demo.keyboard.press("k")
    demo.keyboard.press("Enter")

    demo.wait_for_url("**/notices")


def test_two_keys_in_a_row_go_to_a_place(demo: Page) -> None:
    demo.keyboard.press("y")
    demo.keyboard.press("g")
    demo.keyboard.press("y")

    demo.wait_for_url("**/preferences")


def test_running_clock_counts_by_minute_then_by_second(demo: Page) -> None:
    left = demo.locator("#clock b")
    demo.clock.run_for(2_000)
    expect(left).to_have_text("1 min")
    demo.clock.run_for(40_000)

    expect(left).to_contain_text(" s")


def test_unchanged_poll_swaps_nothing(demo: Page) -> None:
    demo.clock.run_for(16_000)
    expect(demo.locator("#poll")).to_have_text("polled")
    demo.evaluate("document.querySelector('#poll b').dataset.mine = 'kept'")
    with demo.expect_response("**/demo/poll") as answer:
        demo.clock.run_for(16_000)

    assert answer.value.status == 304
    assert demo_site.POLLED[0] is None
    expect(demo.locator("#poll b")).to_have_attribute("data-mine", "kept")
