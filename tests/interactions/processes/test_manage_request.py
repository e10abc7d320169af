"""Customers by themselves: write, ask for a link, look once, add; and nothing is given away."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from crm.access import SYSTEM
from customers.models import Consent
from interactions.channels import unsubscribing
from interactions.models import Inbound, Interaction, Message, PortalLink
from interactions.processes import manage_request
from interactions.processes.manage_request import make_link
from interactions.processes.notify_customer import queue_notice
from interactions.processes.receive_message import file_due
from interactions.processes.update_interaction import add_message, ask_customer
from tests.customers.factories import a_customer, a_medium, a_party
from tests.interactions.factories import an_interaction

pytestmark = pytest.mark.django_db
PRIYA = "priya@example.org"
ONCE = "0193a1f0-0000-7000-8000-000000000001"


@pytest.fixture(autouse=True)
def _plain(plain: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def verified() -> Any:
    party = a_party()
    a_medium(party, "email", PRIYA, state="verified", verified_at=timezone.now())
    return a_customer(party=party)


def the_form(**more: Any) -> dict[str, Any]:
    return {
        "name": "Priya", "email": PRIYA, "reason": "slow-internet", "text": "It is slow.",
        "once": ONCE, "way": "web", **more,
    }  # fmt: skip


@pytest.mark.req("R-TMI-4", "R-CIM-16")
def test_a_form_sent_twice_is_one_matter_of_the_customer() -> None:
    customer = verified()
    for _ in range(2):
        answer = Client().post("/contact", the_form())

    matter = Interaction.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (303, "/contact?sent=1")
    assert (matter.customer_id, matter.channel, matter.description) == (
        customer.pk, "web", "It is slow.",
    )  # fmt: skip
    assert matter.reason is not None
    assert matter.reason.key == "slow-internet"


def test_a_robot_that_fills_every_field_hears_thanks_and_writes_nothing() -> None:
    answer = Client().post("/contact", the_form(website="http://spam.example"))

    assert (answer.status_code, Inbound.objects.exists()) == (303, False)


def test_more_than_a_few_in_an_hour_are_too_many() -> None:
    codes = [
        Client()
        .post("/contact", the_form(once=f"0193a1f0-0000-7000-8000-00000000000{n}"))
        .status_code
        for n in range(5)
    ]

    assert codes == [303, 303, 303, 429, 429]


def test_the_form_needs_its_token() -> None:
    assert Client(enforce_csrf_checks=True).post("/contact", the_form()).status_code == 403


@pytest.mark.parametrize("known", [True, False])
def test_asking_for_a_link_looks_the_same_for_every_address(known: bool) -> None:
    if known:
        an_interaction(verified())

    answer = Client().post("/mine/ask", {"email": PRIYA})
    queued_at_once = Message.objects.filter(state="queued").count()
    file_due(10)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/mine/ask?sent=1")
    assert queued_at_once == 0
    assert Message.objects.filter(state="queued").count() == int(known)
    assert PortalLink.objects.count() == int(known)


def test_the_link_goes_to_the_address_on_record_and_opens_once() -> None:
    matter = an_interaction(verified())
    Client().post("/mine/ask", {"email": PRIYA})
    file_due(10)
    mail = Message.objects.get(state="queued")
    token = mail.body.rpartition("/mine/")[2].strip()
    browser, thief = Client(), Client()

    scanner = Client().get(f"/mine/{token}")
    opened = browser.post(f"/mine/{token}")
    again = thief.post(f"/mine/{token}")

    assert (mail.recipient, scanner.status_code) == (PRIYA, 200)
    assert (opened.headers["Location"], again.status_code) == ("/mine", 403)
    page = browser.get("/mine").content.decode()
    assert matter.subject in page
    assert thief.get("/mine").status_code == 403


def test_a_link_that_is_too_old_opens_nothing() -> None:
    token = make_link(an_interaction())
    PortalLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert Client().get(f"/mine/{token}").status_code == 403
    assert Client().post(f"/mine/{token}").status_code == 403


@pytest.mark.req("R-TMI-4", "R-TMI-11")
def test_what_a_customer_adds_is_in_the_thread_and_our_answer_is_there_for_them() -> None:
    matter = an_interaction(verified(), channel="web")
    browser = Client()
    browser.post(f"/mine/{make_link(matter)}")
    for _ in range(2):
        browser.post("/mine", {"text": "Still slow.", "once": ONCE})
    ours = add_message(interaction_id=matter.pk, body="We come at 5.", actor=SYSTEM)
    add_message(interaction_id=matter.pk, body="Difficult.", kind="note", actor=SYSTEM)

    page = browser.get("/mine").content.decode()

    assert Interaction.objects.count() == 1
    assert "We come at 5." in page
    assert "Difficult." not in page
    assert matter.messages.filter(direction="inbound").get().body == "Still slow."
    ours.refresh_from_db()
    assert (ours.state, ours.delivered_at is not None) == ("delivered", True)


def test_a_matter_says_to_its_customer_how_it_stands_and_by_when() -> None:
    matter = an_interaction(verified(), channel="web")
    browser = Client()
    browser.post(f"/mine/{make_link(matter)}")

    page = browser.get("/mine").content.decode()

    assert "We have it" in page
    assert "You hear from us by" in page


def test_what_is_written_too_fast_is_kept_in_the_box(monkeypatch: pytest.MonkeyPatch) -> None:
    matter = an_interaction(verified(), channel="web")
    browser = Client()
    browser.post(f"/mine/{make_link(matter)}")
    monkeypatch.setattr(manage_request, "may_write", lambda _place, _address: False)

    answer = browser.post("/mine", {"text": "And one more.", "once": ONCE})

    assert answer.status_code == 422
    assert "And one more." in answer.content.decode()


@pytest.mark.req("R-TMI-4")
def test_a_chat_begins_at_once_and_goes_on_in_one_matter() -> None:
    browser = Client()

    begun = browser.post("/contact", the_form(way="chat", email="new@example.net"))
    browser.post("/mine", {"text": "Hello?", "once": ONCE[:-1] + "9"})

    matter = Interaction.objects.get()
    assert (begun.headers["Location"], matter.channel) == ("/mine", "chat")
    assert list(matter.messages.order_by("pk").values_list("body", flat=True)) == [
        "It is slow.",
        "Hello?",
    ]


@pytest.mark.req("R-CIM-18")
def test_one_click_leaves_a_mailing_without_signing_in() -> None:
    customer = verified()
    token = unsubscribing.token(customer.party_id, "marketing")

    looked = Client().get(f"/unsubscribe/{token}")
    assert Consent.objects.exists() is False
    left = Client(enforce_csrf_checks=True).post(
        f"/unsubscribe/{token}", {"List-Unsubscribe": "One-Click"}
    )

    assert (looked.status_code, left.status_code) == (200, 200)
    answer = Consent.objects.in_force().get()
    assert (answer.purpose.key, answer.channel, answer.given) == ("marketing", "email", False)
    assert Client().post(f"/unsubscribe/{token}x").status_code == 403


def test_marketing_mail_carries_the_way_out_and_service_mail_does_not() -> None:
    from interactions.channels import email

    matter = an_interaction(verified())
    notice = queue_notice(
        interaction_id=matter.pk, purpose="service", subject="s", body="b", dedupe_key="t",
        actor=SYSTEM,
    )  # fmt: skip
    assert notice is not None
    plain_headers = email.compose(notice, {}).extra_headers
    notice.purpose = "marketing"
    headers = email.compose(notice, {}).extra_headers

    assert "List-Unsubscribe" not in plain_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/unsubscribe/" in headers["List-Unsubscribe"]


@pytest.mark.req("R-TMI-4")
def test_a_chat_under_somebody_elses_address_shows_nothing_of_theirs() -> None:
    customer = verified()
    matter = an_interaction(customer, subject="Secret matter")
    ask_customer(
        interaction_id=matter.pk,
        question="Which card?",
        due_at=timezone.now() + timedelta(days=1),
        on_silence="call",
        actor=SYSTEM,
    )
    browser = Client()

    browser.post("/contact", the_form(way="chat"))

    chat = Interaction.objects.exclude(pk=matter.pk).get()
    assert (chat.channel, chat.customer) == ("chat", None)
    assert "Secret" not in browser.get("/mine").content.decode()
    assert matter.requests.get().state == "asked"
