"""What happens around every page."""

import logging
from urllib.parse import quote

import pytest
from django.test import Client

from tests.customers.factories import a_user

pytestmark = pytest.mark.django_db


def test_the_log_tells_no_names_that_somebody_looked_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = Client()
    client.force_login(a_user(role="administrator"))

    with caplog.at_level(logging.INFO):
        client.get("/nowhere", {"q": "Priya Sharma"})

    said = " ".join(str(record.msg) + record.getMessage() for record in caplog.records)
    assert "/nowhere" in said
    assert "Priya" not in said
    assert quote("Priya Sharma") not in said


def test_pages_of_those_who_are_signed_in_are_kept_by_no_shared_cache() -> None:
    client = Client()
    client.force_login(a_user(role="administrator"))

    assert client.get("/preferences")["Cache-Control"] == "private, no-cache"


def test_a_fragment_after_the_session_ended_is_no_sign_in_page() -> None:
    answer = Client().get("/desk/news", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.content) == (401, b"")


def test_a_page_after_the_session_ended_leads_to_the_door() -> None:
    answer = Client().get("/desk")

    assert answer["Location"] == "/login?next=/desk"


def test_a_fragment_with_an_old_token_says_so() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(a_user(role="agent"))

    answer = client.post("/notices/read", headers={"HX-Request": "true"})

    assert answer.status_code == 403
    assert answer["HX-Retarget"] == "#toasts"
    assert "too old to send from" in answer.content.decode()
