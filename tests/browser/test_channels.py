"""Incoming, a call and the pages of customers in a real browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from interactions.models import Call, Interaction
from interactions.processes.update_interaction import add_message
from readiness.registry.resolve import forget_snapshot
from tests.browser.conftest import PageAs, a_user, assert_accessible
from tests.customers.factories import a_customer
from tests.interactions.factories import a_worker, plain_promises
from tests.interactions.mails import a_mail
from tests.interactions.processes.receive_message.factories import arrived

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _governed() -> Iterator[None]:
    cache.clear()
    forget_snapshot()
    plain_promises()
    yield
    forget_snapshot()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pages_of_channels_are_accessible(page_as: PageAs, width: int, scheme: str) -> None:
    customer = a_customer(name="Amara Okonjo", email="amara@example.org", phone="+447700900318")
    arrived(a_mail("amara@example.org", subject="Fibre drops every evening"))
    arrived(a_mail("news@example.net", subject="Offers of the week", List_Id="<n.example.net>"))
    call = Call.objects.create(
        source="t", external_id="1", direction="inbound", number="+447700900318",
        state="ringing", agent_id=a_user("agent"), customer_id=customer.pk,
    )  # fmt: skip
    page = page_as("agent", width=width, scheme=scheme)
    for name, path in (
        ("inbound", "/inbound"),
        ("call", f"/calls/{call.public_id}"),
        ("contact", "/contact"),
        ("ask", "/mine/ask"),
    ):
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        assert_accessible(page)
        if folder := os.environ.get("CHANNEL_SHOTS"):
            page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)


def test_a_visitor_chats_without_signing_in_on_a_telephone(page_as: PageAs) -> None:
    page = page_as("", width=390)
    page.goto("/contact")
    page.get_by_label("Your name").fill("Vera")
    page.get_by_label("Your e-mail address").fill("vera@example.net")
    page.get_by_label("Your message").fill("My line is dead")
    page.get_by_role("button", name="Chat now").click()

    expect(page.get_by_text("My line is dead").first).to_be_visible()
    add_message(
        interaction_id=Interaction.objects.get().pk, body="We look into it.", actor=a_worker()
    )
    page.reload()
    expect(page.locator("#said")).to_contain_text("We look into it.")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if folder := os.environ.get("CHANNEL_SHOTS"):
        page.screenshot(path=str(Path(folder) / "chat-390.png"), full_page=True)
