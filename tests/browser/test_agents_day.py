"""The agent's day, a journey a test: the phone rings, the morning queue, a matter that wanders."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from crm.access import SYSTEM
from customers.insight.models import Fact
from customers.insight.processes.gather_information import propose_fact
from customers.models import Identifier, Party
from interactions.governed import policies
from interactions.models import Call, Interaction, Message
from interactions.processes.receive_message import file_due, keep
from interactions.processes.track_interaction import fire_due
from interactions.processes.update_interaction import add_message
from interactions.tasks import send_queued_messages
from readiness.registry import slots
from readiness.registry.resolve import forget_snapshot
from tests.browser.conftest import PageAs, a_user
from tests.customers.factories import a_customer, a_medium, a_party
from tests.interactions.channels.providers import SECRETS, a_gateway, pushed
from tests.interactions.factories import a_worker, an_interaction, plain_promises, the_clock
from tests.interactions.mails import a_mail
from tests.readiness.factories import a_serving_version

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NUMBER = "+447700900318"
TEXTER = "+447700900444"


@pytest.fixture(autouse=True)
def _governed() -> Iterator[None]:
    cache.clear()
    forget_snapshot()
    plain_promises()
    yield
    forget_snapshot()


def _ring(event: str, call: str, number: str = NUMBER) -> None:
    """The exchange tells over its hook; the worker files it."""
    body = {"type": event, "call": call, "from": number, "to": "0800", "agent": "agent"}
    assert pushed("phone", body).status_code in {200, 202}
    file_due(10)


def _sends(page: Page, text: str) -> None:
    """It is shown while it is sent; what counts is that the server has it."""
    page.focus("#id_body")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#thread")).to_contain_text(text)
    expect(page.locator("#thread .pending")).to_have_count(0)


def _reachable(*media: tuple[str, str]) -> Party:
    """Somebody whose contact points were verified."""
    party = a_party()
    for kind, address in media:
        a_medium(party, kind, address, state="verified", verified_at=timezone.now())
    return party


def _texted(text: str, number: str) -> None:
    """The gateway brings a text over its hook; the worker files it."""
    body = {"id": f"t-{text[:9]}", "from": number, "text": text}
    assert pushed("sms", body).status_code == 202
    file_due(10)


def _typed(page: Page, text: str) -> None:
    """As fast as a practised person types: ten letters a second."""
    page.keyboard.type(text, delay=60)


def _verified(page: Page) -> None:
    """Up to the highest level, by key and document."""
    expect(page.get_by_text("Caller: level 0 of 3")).to_be_visible()
    # A link was followed: keys answer when the page is there with its scripts.
    page.wait_for_load_state()
    page.keyboard.press("v")
    page.get_by_label("Which document, last digits").fill("passport 771")
    page.get_by_role("button", name="Seen").click()
    expect(page.get_by_text("Caller: level 3 of 3")).to_be_visible()


def _wrapped_up(page: Page, call: Call) -> float:
    """Log a call by keyboard; says how many seconds it took."""
    page.goto(f"/calls/{call.public_id}")
    page.focus("[name=code]")
    began = time.monotonic()
    page.keyboard.type("S")
    page.keyboard.press("Tab")
    _typed(page, "Drops every evening. Photos tonight.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/interactions/*")
    return time.monotonic() - began


def _decides_two_facts(page: Page, logged: Interaction) -> None:
    """One key each."""
    assert logged.customer_id is not None
    for key, value in (("preference.time", "evening"), ("household.works_from_home", True)):
        propose_fact(
            customer_id=logged.customer_id, key=key, value=value, source_key="contact",
            interaction=logged.public_id, actor=SYSTEM,
        )  # fmt: skip
    page.reload()
    for left in (2, 1, 0):
        expect(page.locator("#learned [data-row-key=Y]")).to_have_count(left)
        page.keyboard.press("y")
    assert Fact.objects.filter(interaction=logged.public_id, state="accepted").count() == 2


@pytest.mark.req("R-TMI-3", "R-TMI-4")
def test_the_phone_rings(page_as: PageAs, settings: Settings) -> None:
    """Journey 1: who calls, verified, logged in under ten seconds, two facts by one key each."""
    settings.CRM_CHANNEL_SECRETS = SECRETS
    me = a_user("agent")
    customer = a_customer(name="Amara Okonjo-Reid", phone=NUMBER)
    page = page_as("agent")

    _ring("ringing", "c-1")
    page.goto("/notices")
    page.get_by_role("link", name=re.compile("Amara Okonjo-Reid")).first.click()
    _ring("answered", "c-1")
    page.get_by_role("link", name="Amara Okonjo-Reid").click()
    _verified(page)
    _ring("ended", "c-1")

    assert _wrapped_up(page, Call.objects.get()) < 10
    logged = Interaction.objects.get(customer=customer)
    assert (logged.channel, logged.owner_id) == ("phone", me)
    _decides_two_facts(page, logged)


@pytest.mark.req("R-TMI-4")
def test_a_recycled_number_shows_nobodys_past(page_as: PageAs, settings: Settings) -> None:
    settings.CRM_CHANNEL_SECRETS = SECRETS
    a_user("agent")
    party = a_party()
    a_customer(party=party, name="Former Owner")
    Identifier.objects.create(
        party=party, kind="msisdn", value=NUMBER, ended_because="recycled",
        valid_from=timezone.now() - timedelta(days=900), valid_to=timezone.now(),
    )  # fmt: skip
    page = page_as("agent")

    _ring("ringing", "c-2")
    page.goto(f"/calls/{Call.objects.get().public_id}")

    expect(page.locator("main")).to_contain_text("Nobody has this number")
    expect(page.locator("main")).not_to_contain_text("Former Owner")


def _at_risk(owner_id: int) -> Interaction:
    """A German customer's matter, answered, whose fix can't be met any more; and another one."""
    customer = a_customer(
        party=a_party(language="de"), name="Jonas Lindqvist", email="jonas@example.org"
    )
    late = an_interaction(
        customer=customer, subject="Störung", ago=timedelta(hours=9, minutes=20), owner_id=owner_id
    )
    an_interaction(subject="Later", owner_id=owner_id)
    for one in Interaction.objects.all():
        add_message(interaction_id=one.pk, body="We look.", channel="phone", actor=a_worker())
    fire_due(50, timezone.now())
    assert the_clock(late).jeopardy_at is not None
    return late


def _notice_of(late: Interaction) -> Message:
    """The new promise beside the old one, which stands as it was; what the customer is told."""
    first, second = the_clock(late).commitments.order_by("number")
    assert (first.number, second.number) == (1, 2)
    assert second.notice is not None
    return second.notice


@pytest.mark.req("R-TMI-9")
def test_the_morning_queue(page_as: PageAs) -> None:
    """Journey 2: the top item can't be met; the new date is told before the old one passes."""
    by_hand = {**policies.BASELINE["customer_notice"], "automatic": False}
    plain_promises(customer_notice=by_hand)
    late = _at_risk(a_user("agent"))
    old_due = the_clock(late).due_at
    assert old_due is not None
    page = page_as("agent")
    page.goto("/desk")
    first = page.locator("#queue tbody tr").first
    expect(first).to_contain_text("Störung")
    expect(first).to_contain_text("at risk")

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/interactions/{late.public_id}")
    page.keyboard.press("p")
    expect(page.locator("[name=promise-due_at]")).not_to_have_value("")
    page.fill("[name=promise-reason]", "Ersatzteil fehlt")
    page.get_by_role("button", name="Promise it and tell the customer").click()
    expect(page.locator("#toasts")).to_contain_text("the customer is being told")
    send_queued_messages()

    notice = _notice_of(late)
    assert (notice.language, notice.recipient) == ("de", "jonas@example.org")
    assert notice.sent_at is not None
    assert notice.sent_at < old_due
    expect(page.locator("#promises")).to_contain_text("Never overwritten")


def _one_thread(one: Interaction) -> None:
    heard = one.messages.filter(direction="inbound").order_by("pk")
    channels = list(heard.values_list("channel", flat=True))
    assert channels[-2:] == ["sms", "shop"]
    assert Interaction.objects.count() == 1


@pytest.mark.req("R-TMI-11")
def test_a_matter_that_wanders(page_as: PageAs, settings: Settings) -> None:
    """Journey 3: a mail, a question, an answer by SMS, the shop: one thread, one clock story."""
    settings.CRM_CHANNEL_SECRETS = SECRETS
    a_customer(party=_reachable(("email", "amara@example.org"), ("mobile", NUMBER)))
    keep(channel="email", source="test", raw=a_mail(sender="amara@example.org"))
    file_due(10)
    one = Interaction.objects.get()
    Interaction.objects.filter(pk=one.pk).update(owner=a_user("agent"))
    page = page_as("agent")
    page.goto(f"/interactions/{one.public_id}")
    page.keyboard.press("q")
    page.fill("[name=ask-question]", "Which light is red?")
    page.get_by_role("button", name="Ask and wait").click()
    expect(page.locator("#thread")).to_contain_text("We asked: “Which light is red?”")
    assert the_clock(one).state == "paused"

    _texted("The third.", NUMBER)
    page.goto(f"/interactions/{one.public_id}")
    expect(page.locator("#ask")).to_contain_text("Answered")
    assert the_clock(one).state == "running"
    page.get_by_text("From the customer").click()
    page.select_option("[name=channel]", "shop")
    page.fill("#id_body", "Came to the shop, took a new router.")
    _sends(page, "took a new router")
    page.goto(f"/interactions/{one.public_id}")
    expect(page.locator("#thread article")).to_have_count(4)
    _one_thread(one)
    for words in ("waiting for the customer", "Counts"):
        expect(page.locator("#why-panel")).to_contain_text(re.compile(words, re.I))


def _comes_in(page_as: PageAs) -> tuple[Page, Page]:
    """A mail, a text, a chat, a form and a call before nine; the pages of the two visitors."""
    for kind, address in (("email", "amara@example.org"), ("mobile", TEXTER)):
        a_customer(party=_reachable((kind, address)), name=f"By {kind}")
    keep(channel="email", source="test", raw=a_mail(sender="amara@example.org", subject="By mail"))
    _texted("By text: no signal", TEXTER)
    visitors = []
    for name, button in (("Vera", "Chat now"), ("Walt", "Send")):
        visitor = page_as("")
        visitor.goto("/contact")
        visitor.get_by_label("Your name").fill(name)
        visitor.get_by_label("Your e-mail address").fill(f"{name.lower()}@example.net")
        visitor.get_by_label("Your message").fill(f"By {name}: the line is dead")
        visitor.get_by_role("button", name=button, exact=True).click()
        expect(visitor.locator("h1")).to_be_visible()
        visitors.append(visitor)
    for event in ("ringing", "answered", "ended"):
        _ring(event, "c-9")
    file_due(20)
    return visitors[0], visitors[1]


def _answers_the_next(page: Page) -> str:
    """Take next, write, send, by keyboard; says by which channel it is answered."""
    page.goto("/desk")
    page.keyboard.press("n")
    expect(page.locator("#chn")).to_be_visible(timeout=20_000)
    channel = page.locator("#chn").input_value()
    page.fill("#id_body", f"We answer by {channel}.")
    _sends(page, f"We answer by {channel}.")
    return channel


@pytest.mark.req("R-TMI-4")
def test_a_morning_over_five_channels(page_as: PageAs, settings: Settings) -> None:
    """One queue, one way of working; each is answered where they are."""
    settings.CRM_CHANNEL_SECRETS = SECRETS
    a_user("agent")
    with a_gateway() as gateway:
        baseline = slots.named("channel.sms").baseline
        a_serving_version("channel.sms", {**baseline, "delivery": "gateway", "url": gateway.url})
        chatting, _formed = _comes_in(page_as)
        page = page_as("agent")

        _wrapped_up(page, Call.objects.get())
        answered_by = [_answers_the_next(page) for _ in range(4)]
        send_queued_messages()

        assert sorted(answered_by) == ["chat", "email", "email", "sms"]
        assert [body["text"] for body in gateway.taken] == ["We answer by sms."]
    assert {one.to[0] for one in mail.outbox} == {"amara@example.org", "walt@example.net"}
    chatting.reload()
    expect(chatting.locator("#said")).to_contain_text("We answer by chat.")
    channels = set(Interaction.objects.values_list("channel", flat=True))
    assert channels == {"email", "sms", "chat", "web", "phone"}
    assert Interaction.objects.filter(first_response_at=None, direction="inbound").count() == 0


def test_a_row_is_snoozed_by_one_key_and_comes_back_by_another(page_as: PageAs) -> None:
    one = an_interaction(subject="Can wait", owner_id=a_user("agent"))
    page = page_as("agent")
    page.goto("/desk")

    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(page.locator("#toasts")).to_contain_text("1 sleeps.")
    one.refresh_from_db()
    assert one.snoozed_until is not None
    page.keyboard.press("z")

    expect(page.locator("#toasts")).to_contain_text("Everything is back where it was.")
    one.refresh_from_db()
    assert one.snoozed_until is None
