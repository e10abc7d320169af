"""Help beside a matter in a real browser: procedures, articles and the assistant."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from playwright.sync_api import expect
from pytest_django import Settings

from interactions.governed.assisting import baseline
from interactions.models import Interaction
from interactions.processes.assist_agent import answer_asked
from readiness.processes.keep_knowledge import load_guidance
from readiness.registry.resolve import forget_snapshot
from tests.browser.conftest import PageAs, a_user, assert_accessible
from tests.customers.factories import a_customer, a_party
from tests.interactions import chat_completions
from tests.interactions.factories import an_interaction, plain_promises
from tests.readiness.factories import a_serving_version

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _governed() -> Iterator[None]:
    cache.clear()
    forget_snapshot()
    plain_promises()
    load_guidance()
    yield
    forget_snapshot()


@pytest.fixture
def service(settings: Settings) -> Iterator[chat_completions.Service]:
    with chat_completions.serving() as service:
        settings.CRM_ASSIST_URL = service.url
        settings.CRM_HUB_ALLOW_PRIVATE = True
        for kind in ("summary", "draft"):
            a_serving_version(f"assist.{kind}", {**baseline(kind), "on": True})
        yield service


@pytest.fixture
def matter() -> Interaction:
    customer = a_customer(
        party=a_party(language="de"), name="Jonas Lindqvist", email="jonas@example.org"
    )
    return an_interaction(
        customer=customer, subject="Das dritte Licht am Router ist rot", owner_id=a_user("agent")
    )


def test_article_goes_into_what_is_being_written(page_as: PageAs, matter: Interaction) -> None:
    page = page_as("agent")
    page.goto(f"/interactions/{matter.public_id}")
    page.fill("#id_body", "Guten Tag,")
    page.get_by_text("third light").click()
    page.get_by_role("button", name="Put the link into the answer").click()

    box = page.locator("#id_body")
    expect(box).to_have_value(
        "Guten Tag,\n\nWas das dritte Licht Ihres Routers bedeutet: "
        "http://localhost:8000/help/router-third-light?lang=de"
    )
    assert matter.messages.exists() is False
    assert page.violations == []  # type: ignore[attr-defined]  # kept by the fixture


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_everything_at_hand_is_accessible(
    page_as: PageAs,
    matter: Interaction,
    service: chat_completions.Service,
    width: int,
    scheme: str,
) -> None:
    page = page_as("agent", width=width, scheme=scheme)
    page.goto(f"/interactions/{matter.public_id}")
    page.get_by_role("button", name="Summarise").click()
    expect(page.locator("#assistant")).to_contain_text("asked, one moment")
    assert answer_asked() is True
    expect(page.locator("#assistant")).to_contain_text("She waits", timeout=8000)
    page.get_by_text("third light").click()
    assert_accessible(page)
    stranger = page_as(width=width, scheme=scheme)
    stranger.goto("/help/router-third-light?lang=de")
    assert_accessible(stranger)
    assert page.violations == []  # type: ignore[attr-defined]  # kept by the fixture


def test_draft_is_asked_for_labelled_and_sent_by_the_agent_alone(
    page_as: PageAs, matter: Interaction, service: chat_completions.Service
) -> None:
    service.says = "Guten Tag [name], wir prüfen die Leitung."
    page = page_as("agent")
    page.goto(f"/interactions/{matter.public_id}")
    page.get_by_role("button", name="Draft a reply").click()
    expect(page.locator("#assistant")).to_contain_text("asked, one moment")
    assert answer_asked() is True
    expect(page.locator("#assistant")).to_contain_text("Machine-made", timeout=8000)
    page.get_by_role("button", name="Put it into the answer and check it").click()

    expect(page.locator("#id_body")).to_have_value(service.says)
    assert matter.messages.exists() is False
