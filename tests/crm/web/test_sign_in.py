import pytest
from django.core.cache import cache
from django.test import Client

from crm.web.sign_in import TRIES
from tests.crm.web.factories import PASSWORD, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_tries_yet() -> None:
    cache.clear()


def _try(name: str, password: str) -> str:
    answer = Client().post("/login", {"username": name, "password": password})
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
