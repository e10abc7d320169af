from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts.models import SignInTry
from crm.accounts.sign_ins import TRIES, TRIES_OF_AN_ADDRESS, WAIT
from tests.crm.web.factories import PASSWORD, a_user

pytestmark = pytest.mark.django_db


def _try(name: str, password: str, address: str = "203.0.113.7") -> str:
    answer = Client(REMOTE_ADDR=address).post("/login", {"username": name, "password": password})
    return "in" if answer.status_code == 302 else answer.content.decode()


@pytest.mark.parametrize("name", ["ellie", "ellie@example.org", "ELLIE@example.org"])
def test_name_and_work_email_both_open_the_door(name: str) -> None:
    a_user("ellie")

    assert _try(name, PASSWORD) == "in"


@pytest.mark.parametrize("name", ["ellie", "nobody-here"])
def test_known_and_unknown_names_hear_the_same(name: str) -> None:
    a_user("ellie")

    heard = [_try(name, "wrong") for _ in range(TRIES + 1)]

    assert "4 tries left" in heard[0]
    assert "1 try left" in heard[3]
    assert "Five tries did not match. Wait 15 minutes" in heard[4]
    assert "Five tries did not match. Wait 15 minutes" in heard[5]


def test_right_password_does_not_help_during_the_wait() -> None:
    a_user("ellie")
    for _ in range(TRIES):
        _try("ellie", "wrong")

    assert "Wait 15 minutes" in _try("ellie", PASSWORD)
    assert "Wait 15 minutes" in _try(" Ellie ", PASSWORD)


def test_success_forgets_earlier_bad_tries() -> None:
    a_user("ellie")
    for _ in range(TRIES - 1):
        _try("ellie", "wrong")

    assert _try("ellie", PASSWORD) == "in"
    assert "4 tries left" in _try("ellie", "wrong")


def test_partner_system_finds_no_page() -> None:
    a_user("robot", is_partner=True)

    assert "tries left" in _try("robot", PASSWORD)


def test_next_page_must_be_ours() -> None:
    a_user("ellie")

    answer = Client().post(
        "/login", {"username": "ellie", "password": PASSWORD, "next": "https://evil.example/"}
    )

    assert answer["Location"] == "/"


def test_the_door_of_the_administration_has_the_same_lock() -> None:
    a_user("root", is_staff=True, is_superuser=True)
    for _ in range(TRIES):
        Client().post("/admin/login/", {"username": "root", "password": "wrong"})

    answer = Client().post("/admin/login/", {"username": "root", "password": PASSWORD})

    assert answer.status_code == 200
    assert "Wait 15 minutes" in answer.content.decode()
    assert "Wait 15 minutes" in _try("root", PASSWORD)


def test_the_door_of_the_administration_opens_for_staff_only() -> None:
    a_user("agent")
    a_user("root", is_staff=True)

    heard = [
        Client().post("/admin/login/", {"username": name, "password": PASSWORD}).status_code
        for name in ("agent", "root")
    ]

    assert heard == [200, 302]


def test_signing_in_leads_to_no_other_site() -> None:
    a_user("ellie")

    answer = Client().post(
        "/login?next=https://elsewhere.example/", {"username": "ellie", "password": PASSWORD}
    )

    assert answer["Location"].startswith("/")
    assert "elsewhere" not in answer["Location"]


def test_other_name_of_the_same_person_gives_no_further_tries() -> None:
    a_user("ellie")
    for _ in range(TRIES):
        _try("ellie", "wrong")

    assert _try("ellie@example.org", PASSWORD) != "in"


def test_nobody_learns_that_a_name_and_an_email_belong_together() -> None:
    a_user("ellie")
    for _ in range(TRIES):
        _try("ellie", "wrong")

    heard = [_try("ellie@example.org", password) for password in ("wrong", PASSWORD)]

    assert "4 tries left" in heard[0]
    assert "3 tries left" in heard[1]


def test_wait_ends_and_further_tries_do_not_lengthen_it() -> None:
    a_user("ellie")
    for _ in range(TRIES):
        _try("ellie", "wrong")
    for _ in range(TRIES):
        _try("ellie", PASSWORD)
        _try("ellie@example.org", PASSWORD)

    begun = SignInTry.objects.exclude(identity="").order_by("pk")[:TRIES].values("pk")
    SignInTry.objects.filter(pk__in=list(begun.values_list("pk", flat=True))).update(
        at=timezone.now() - WAIT
    )

    assert _try("ellie", PASSWORD) == "in"


def test_tries_at_many_names_close_the_address_to_strangers_and_not_to_the_office() -> None:
    a_user("ellie")
    a_user("mina")
    assert _try("ellie", PASSWORD, "198.51.100.1") == "in"
    SignInTry.objects.bulk_create(
        SignInTry(typed=f"{number}", identity=f"{number}", address="198.51.100.1")
        for number in range(TRIES_OF_AN_ADDRESS)
    )

    assert _try("ellie", PASSWORD, "198.51.100.1") == "in"
    assert "4 tries left" in _try("mina", PASSWORD, "198.51.100.1")
    assert "3 tries left" in _try("mina", "wrong", "198.51.100.1")
    assert _try("mina", PASSWORD, "198.51.100.2") == "in"


def test_no_name_is_kept_as_it_was_typed() -> None:
    _try("ellie@example.org", "wrong")

    kept = SignInTry.objects.values().get()
    assert "ellie" not in repr(kept)
    assert kept["address"] == "203.0.113.7"


@pytest.mark.parametrize(
    ("proxies", "header", "seen"),
    [
        (0, "192.0.2.1", "203.0.113.7"),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "198.51.100.9, 192.0.2.1", "192.0.2.1"),
        (2, "198.51.100.9, 192.0.2.1", "198.51.100.9"),
        (2, "192.0.2.1", "203.0.113.7"),
        (1, "", "203.0.113.7"),
        (1, "nonsense", "203.0.113.7"),
        (1, "2001:db8:1:2:3::9", "2001:db8:1:2::/64"),
        (1, "::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_address_is_what_our_own_outermost_proxy_saw(
    proxies: int, header: str, seen: str, settings: Any
) -> None:
    settings.CRM_PROXIES = proxies

    Client(REMOTE_ADDR="203.0.113.7").post(
        "/login", {"username": "x", "password": "y"}, HTTP_X_FORWARDED_FOR=header
    )

    assert SignInTry.objects.get().address == seen
