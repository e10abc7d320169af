"""A live server and a real browser; a missing browser fails and says what to install."""

import threading
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from crm.accounts.roles import load_roles

PageAs = Callable[..., Page]

# Only what fails waits so long: a machine may be busy. What is promised sooner says so itself.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
def page_as(live_server: LiveServer, browser: Browser) -> Iterator[PageAs]:
    """Open pages as a role: `page_as("agent")`, `page_as("agent", width=390, scheme="dark")`.

    The page's `violations` holds every script error and every report of the security policy.
    """
    contexts = []

    def open_page(
        role: str = "",
        *,
        width: int = 1440,
        height: int = 900,
        scheme: str = "light",
        script: bool = True,
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]  # a literal of Playwright's own
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        contexts.append(context)
        if role:
            context.add_cookies([_session_cookie(role, live_server.url)])  # type: ignore[list-item]  # a plain dict
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        violations: list[str] = []
        page.on(
            "console",
            lambda said: (
                violations.append(said.text) if _is_complaint(said.type, said.text) else None
            ),
        )
        page.on("pageerror", lambda error: violations.append(str(error)))
        page.violations = violations  # type: ignore[attr-defined]  # kept beside the page it belongs to
        return page

    yield open_page
    for context in contexts:
        context.close()
    _let_the_server_finish()


def _let_the_server_finish() -> None:
    """Wait for requests whose page is gone: they must not meet the emptying of the database."""
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(timeout=10)


def a_user(role: str) -> int:
    """The one user of a role, made when first asked for."""
    load_roles()
    user, new = get_user_model().objects.get_or_create(
        username=role,
        defaults={
            "email": f"{role}@example.org",
            "first_name": "Ellie",
            "last_name": "Marsh",
            "is_staff": role == "administrator",
        },
    )
    if new:
        user.groups.add(Group.objects.get(name=role))
    return int(user.pk)


def _session_cookie(role: str, url: str) -> dict[str, str]:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=a_user(role)))
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": url,
    }


# Said of a request that a click on another page cut off; an answer with an error says otherwise.
_CUT_OFF = ("Failed to load resource", "htmx:afterRequest", "htmx:sendError", "htmx:sendAbort")


def _is_complaint(kind: str, text: str) -> bool:
    return kind == "error" and not text.startswith(_CUT_OFF)


# Nothing is asked for, put in or faded in any more.
_SETTLED = """() => document.readyState === 'complete'
    && !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')
    && document.getAnimations().every((one) => one.playState !== 'running')"""


def settled(page: Page) -> None:
    """Wait until what the page asked for as it was opened stands in it."""
    page.wait_for_function(_SETTLED)


def assert_accessible(page: Page) -> None:
    """No finding of any severity by axe, and nothing wider than the window."""
    settled(page)
    found = Axe().run(page).response["violations"]
    told = [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found
        for node in one["nodes"]
    ]
    assert told == [], "\n".join(told)
    assert page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """The check as a fixture, for tests that import nothing."""
    return assert_accessible
