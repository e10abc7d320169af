"""The wallboard as a screen shows and refreshes it."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from tests.interactions.factories import an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


def test_the_wall_shows_what_is_missed_and_hears_of_changes() -> None:
    client, _user = a_desk(role="team-lead")
    an_interaction(ago=timedelta(hours=3))

    page = client.get("/wallboard")

    told = {one["label"]: (one["value"], one["tone"]) for one in page.context["figures"]}
    assert told["Promise missed"] == ("1", "bad")
    assert told["Colleagues present"] == ("0", "warn")
    assert 'data-live="queue"' in page.content.decode()


def test_without_work_the_wall_says_what_will_stand_there() -> None:
    client, _user = a_desk(role="team-lead")

    assert "What comes in on any channel stands here" in client.get("/wallboard").content.decode()


def test_a_poll_gets_the_changing_part_and_then_nothing_new() -> None:
    client, _user = a_desk(role="team-lead")
    poll = {"HX-Request": "true"}
    part = client.get("/wallboard", headers=poll)

    again = client.get("/wallboard", headers={**poll, "If-None-Match": part["ETag"]})

    assert "<html" not in part.content.decode()
    assert again.status_code in {200, 304}
    assert again.status_code == 304 or again["ETag"] != part["ETag"]


def test_the_wall_is_for_leads() -> None:
    client, _user = a_desk(role="agent")

    assert client.get("/wallboard").status_code == 403
