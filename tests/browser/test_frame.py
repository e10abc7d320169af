"""The frame in a real browser: accessible, within the policy, by key, by thumb, without script."""

from collections.abc import Callable
from typing import Literal

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from crm.web.models import AgentNotice
from crm.web.notices import notify
from tests.browser.conftest import PageAs, a_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Check = Callable[[Page], None]
LOOKS: list[tuple[int, Literal["light", "dark"]]] = [
    (1440, "light"),
    (1440, "dark"),
    (390, "light"),
    (390, "dark"),
]
PAGES = ["/preferences", "/notices", "/shortcuts", "/search?q=zz", "/menu", "/styleguide"]


def _violations(page: Page) -> list[str]:
    told: list[str] = page.violations  # type: ignore[attr-defined]  # kept there by the fixture
    return told


def _open(page: Page, path: str, width: int, scheme: Literal["light", "dark"]) -> None:
    """A page as that screen shows it, with the styles and scripts it has already."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(path)


@pytest.mark.parametrize("path", PAGES)
def test_page_has_no_finding(
    page_as: PageAs, accessible: Check, settings: Settings, path: str
) -> None:
    settings.DEBUG = path == "/styleguide"
    page = page_as("agent")
    for width, scheme in LOOKS:
        _open(page, path, width, scheme)

        accessible(page)
        assert _violations(page) == []


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_door_has_no_finding(page_as: PageAs, accessible: Check, width: int, scheme: str) -> None:
    page = page_as(width=width, scheme=scheme)
    page.goto("/login")
    page.fill("[name=username]", "nobody")
    page.fill("[name=password]", "wrong")
    page.click("button[type=submit]")

    expect(page.get_by_role("alert").first).to_contain_text("do not match")
    accessible(page)
    assert _violations(page) == []


@pytest.mark.parametrize("path", ["/login/lost", "/login/lost/asked", "/login/new/x/x"])
def test_way_to_a_new_password_has_no_finding(
    page_as: PageAs, accessible: Check, path: str
) -> None:
    page = page_as()
    for width, scheme in LOOKS:
        _open(page, path, width, scheme)

        accessible(page)
        assert _violations(page) == []


def test_keys_open_search_and_list_and_stay_silent_while_typing(page_as: PageAs) -> None:
    page = page_as("agent")
    page.goto("/preferences")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("?")
    expect(page.locator("#find")).to_have_value("?")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_single_keys_can_be_off(page_as: PageAs) -> None:
    page = page_as("agent")
    page.goto("/preferences")
    page.uncheck("[name=single_keys]")
    page.get_by_role("button", name="Keep these").click()
    expect(page.get_by_role("status").first).to_contain_text("Your preferences are kept.")

    page.keyboard.press("?")
    page.keyboard.press("/")

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#find")).not_to_be_focused()


def test_palette_moves_by_arrows_and_opens_by_enter(
    page_as: PageAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm.web import search

    monkeypatch.setattr(search, "_commands", {})
    search.register_command("Zebra preferences", "web:preferences", icon="pencil")
    page = page_as("agent")
    page.goto("/notices")

    page.keyboard.press("Control+k")
    page.keyboard.type("zeb")
    expect(page.get_by_role("option", name="Zebra preferences")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.wait_for_url("**/preferences")
    assert _violations(page) == []


def test_toast_leaves_and_theme_stays(page_as: PageAs) -> None:
    page = page_as("agent")
    page.goto("/preferences")
    page.get_by_role("button", name="Keep these").click()

    page.get_by_role("button", name="Close this notice").click()
    expect(page.locator("[data-toast]")).to_have_count(0)
    page.get_by_role("button", name="Switch light or dark").click()
    page.reload()

    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_breach_arrives_on_the_open_page(page_as: PageAs) -> None:
    page = page_as("agent")
    page.clock.install()
    page.goto("/preferences")
    notify([a_user("agent")], level="bad", title="INT-118 204 is late", dedupe_key="b:1")

    page.clock.run_for(16_000)

    expect(page.locator("#alerts")).to_contain_text("INT-118 204 is late")
    expect(page.locator("#bell")).to_have_attribute("aria-label", "Notices, 1 new")
    assert AgentNotice.objects.get().created_at <= timezone.now()


def test_phone_menu_is_a_drawer_and_without_script_a_page(page_as: PageAs) -> None:
    page = page_as("agent", width=390)
    page.goto("/preferences")
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(page.locator("#menu")).to_be_visible()
    assert _violations(page) == []

    plain = page_as("agent", width=390, script=False)
    plain.goto("/preferences")
    plain.get_by_role("button", name="Menu", exact=True).click()
    plain.wait_for_url("**/menu")


def test_everything_here_works_without_script(page_as: PageAs) -> None:
    page = page_as("agent", script=False)
    page.goto("/preferences")
    page.select_option("[name=time_zone]", "Pacific/Auckland")
    page.get_by_role("button", name="Keep these").click()
    page.goto("/preferences")
    expect(page.locator("[name=time_zone]")).to_have_value("Pacific/Auckland")

    page.fill("#find", "nobody at all")
    page.press("#find", "Enter")
    page.wait_for_url("**/search?q=nobody+at+all")
    page.locator("aside form[action='/logout'] button").click()
    page.wait_for_url("**/login")


def test_forced_colours_keep_every_state_readable(page_as: PageAs, settings: Settings) -> None:
    settings.DEBUG = True
    page = page_as("agent")
    page.emulate_media(forced_colors="active")
    page.goto("/styleguide")

    expect(page.locator(".tag").first).to_have_css("border-top-width", "1px")


def test_brand_is_configured(page_as: PageAs) -> None:
    page = page_as()
    page.goto("/login")

    expect(page).to_have_title(f"Sign in · {settings.CRM_BRAND}")
