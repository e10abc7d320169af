"""The pages of becoming a customer: guarded, silent about whom we know."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from customers import code_channels
from customers.models import Consent, Customer
from tests.customers.factories import a_customer

pytestmark = pytest.mark.django_db
FORM = {"type": "consumer", "given_name": "Zoë", "family_name": "Luczak", "email": "z@example.org"}


@pytest.fixture(autouse=True)
def _mailing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(code_channels, "resolve", lambda *_args, **_more: None)
    cache.clear()
    yield
    cache.clear()


def joined(client: Client, **more: Any) -> Any:
    client.post("/join", FORM | more)
    code = re.search(r"\b\d{6}\b", str(mail.outbox[-1].body))
    assert code
    return client.post("/join/code", {"code": code[0]}, follow=True)


def test_whoever_enters_the_code_is_welcomed_by_number() -> None:
    page = joined(Client()).content.decode()

    assert Customer.objects.get().number in page


@pytest.mark.parametrize("enabled", [True, False])
def test_the_sign_in_page_and_other_public_pages_lead_here(
    settings: Settings, enabled: bool
) -> None:
    settings.CRM_SELF_SERVICE = enabled

    pages = [Client().get(page).content.decode() for page in ("/login", "/contact")]

    assert ['href="/join"' in page for page in pages] == [enabled, enabled]


def test_names_are_not_called_optional_where_one_is_needed() -> None:
    page = Client().get("/join").content.decode()

    labels = re.findall(r'<label class="form-label"[^>]*>(.*?)</label>', page, re.DOTALL)
    told = [one for one in labels if "name" in one.casefold()]
    assert len(told) == 3
    assert not any("optional" in one for one in told)


def test_consent_is_kept_with_the_sentence_that_was_read() -> None:
    read = Client().get("/join").content.decode()
    joined(Client(), offers="on")

    consent = Consent.objects.get()
    assert (consent.purpose.key, consent.channel, consent.given) == ("marketing", "email", True)
    assert consent.wording
    assert consent.wording in read


def test_the_visitor_never_hears_that_somebody_is_known() -> None:
    new = joined(Client(), email="new@example.org", family_name="Reid")
    a_customer(email="z@example.org")
    known = joined(Client())

    pages = [
        re.sub(r"C-\d+|nonce=\S+|[A-Za-z0-9]{64}", "", answer.content.decode())
        for answer in (new, known)
    ]
    assert pages[0] == pages[1]


def test_a_robot_that_fills_every_field_sees_the_next_page_and_no_mail_leaves() -> None:
    answer = Client().post("/join", FORM | {"website": "http://spam.example"})

    assert (answer.status_code, answer["Location"]) == (303, "/join/code")
    assert mail.outbox == []


def test_an_address_is_mailed_three_codes_an_hour_and_no_more() -> None:
    codes = [Client().post("/join", FORM).status_code for _ in range(4)]

    assert (codes, len(mail.outbox)) == ([303, 303, 303, 429], 3)


def test_a_code_is_worth_nothing_in_another_browser() -> None:
    Client().post("/join", FORM)
    code = re.search(r"\b\d{6}\b", str(mail.outbox[-1].body))
    assert code

    assert Client().post("/join/code", {"code": code[0]}).status_code == 422
    assert not Customer.objects.exists()


def test_what_is_missing_is_said_beside_its_field() -> None:
    answer = Client().post("/join", FORM | {"mobile": "seven", "given_name": "", "family_name": ""})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This is no phone number." in page
    assert "Give at least one name." in page


def test_the_form_needs_its_token() -> None:
    assert Client(enforce_csrf_checks=True).post("/join", FORM).status_code == 403


@pytest.mark.parametrize("path", ["/join", "/join/code", "/join/welcome"])
def test_where_the_operator_does_not_want_it_there_is_no_page(
    path: str, settings: Settings
) -> None:
    settings.CRM_SELF_SERVICE = False

    assert Client().get(path).status_code == 404


def test_without_a_way_to_mail_a_code_the_door_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        code_channels, "available", lambda _channel: code_channels.Available(ok=False)
    )

    assert Client().get("/join").status_code == 503
