"""Somebody lost the password: a link, once, to the work e-mail, and nobody learns who has one."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from crm.accounts.models import ResetRequest, User
from crm.accounts.resets import PER_ADDRESS, PER_EMAIL
from crm.accounts.sign_ins import TRIES
from crm.accounts.tasks import answer_reset_requests
from tests.crm.web.factories import PASSWORD, a_client, a_user

pytestmark = pytest.mark.django_db
NEW = "green-heron-77"


def ask(email: str, **more: str) -> tuple[int, str, bytes]:
    browser = Client(**more)  # type: ignore[arg-type]  # the stubs know no WSGI names
    answer = browser.post("/login/lost", {"email": email})
    return answer.status_code, answer.headers.get("Location", ""), answer.content


def the_link() -> str:
    answer_reset_requests()
    found = re.search(r"http://[^/\s]+(/login/new/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def choose(link: str, password: str = NEW) -> str:
    """What the page says after the link is followed and the form sent."""
    browser = Client()
    form = browser.get(link, follow=True)
    if not form.redirect_chain:
        return form.content.decode()
    answer = browser.post(
        form.redirect_chain[-1][0],
        {"new_password1": password, "new_password2": password},
        follow=True,
    )
    return answer.content.decode()


def test_link_leads_to_a_new_password_and_past_the_lock() -> None:
    a_user("ellie")
    for _ in range(TRIES):
        Client().post("/login", {"username": "ellie", "password": "wrong"})
    ask("Ellie@example.org")

    assert "Your new password is kept" in choose(the_link())

    signed_in = Client().post("/login", {"username": "ellie", "password": NEW})
    assert signed_in.status_code == 302
    assert mail.outbox[0].to == ["ellie@example.org"]


def test_other_devices_are_signed_out() -> None:
    browser = a_client(a_user("ellie"))
    ask("ellie@example.org")
    choose(the_link())

    assert browser.get("/preferences").status_code == 302


def test_link_works_once() -> None:
    a_user("ellie")
    ask("ellie@example.org")
    link = the_link()
    choose(link)

    assert "does not work any more" in choose(link, "another-one-5")


def test_link_is_over_after_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    a_user("ellie")
    ask("ellie@example.org")
    link = the_link()
    from django.contrib.auth.tokens import default_token_generator

    later = default_token_generator._now() + timedelta(seconds=3601)
    monkeypatch.setattr(default_token_generator, "_now", lambda: later)

    assert "does not work any more" in choose(link)


def test_weak_password_is_refused_and_the_old_one_stays() -> None:
    a_user("ellie")
    ask("ellie@example.org")

    assert "too common" in choose(the_link(), "password")
    assert User.objects.get(username="ellie").check_password(PASSWORD)


@pytest.mark.parametrize(
    ("_case", "values"),
    [
        ("nobody", None),
        ("has left", {"is_active": False}),
        ("a partner system", {"is_partner": True}),
    ],
)
def test_whoever_may_not_have_a_link_sees_what_everybody_sees(
    _case: str, values: dict[str, bool] | None
) -> None:
    a_user("ellie")
    if values is not None:
        a_user("other", **values)

    seen = [ask("ellie@example.org"), ask("other@example.org")]

    assert seen[0] == seen[1] == (302, "/login/lost/asked", b"")
    assert ResetRequest.objects.count() == 2
    answer_reset_requests()
    assert [one.to for one in mail.outbox] == [["ellie@example.org"]]


def test_link_is_built_from_our_own_address_whatever_the_host_header_says() -> None:
    a_user("ellie")
    ask("ellie@example.org", HTTP_HOST="testserver", HTTP_X_FORWARDED_HOST="evil.example")

    the_link()

    assert "evil" not in str(mail.outbox[0].body)


def test_asking_again_and_again_sends_a_few_links_and_looks_the_same() -> None:
    a_user("ellie")

    seen = {ask("ellie@example.org")[:2] for _ in range(PER_EMAIL + 2)}
    answer_reset_requests()

    assert seen == {(302, "/login/lost/asked")}
    assert len(mail.outbox) == PER_EMAIL


def test_one_address_does_not_ask_for_everybody() -> None:
    for number in range(PER_ADDRESS + 2):
        ask(f"person{number}@example.org")

    assert ResetRequest.objects.count() == PER_ADDRESS


def test_who_asked_is_forgotten_with_the_answer() -> None:
    a_user("ellie")
    ask("ellie@example.org")
    answer_reset_requests()
    answer_reset_requests()

    kept = ResetRequest.objects.get()
    assert (kept.email, kept.answered_at is not None) == ("", True)
    assert "ellie" not in kept.typed
    assert len(mail.outbox) == 1


def test_letter_speaks_the_language_of_its_reader() -> None:
    a_user("ellie", language="de")
    ask("ellie@example.org")

    the_link()

    assert "ellie" in str(mail.outbox[0].body)
    assert timezone.now() - ResetRequest.objects.get().asked_at < timedelta(minutes=5)


def test_sign_in_page_leads_there() -> None:
    assert 'href="/login/lost"' in Client().get("/login").content.decode()
