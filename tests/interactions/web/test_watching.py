"""The duty watch on the screen."""

from datetime import timedelta

import pytest
from django.utils import timezone

from interactions.models import ArmedClock
from tests.interactions.factories import an_interaction, plain_promises
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def test_what_lags_is_told_with_what_to_do() -> None:
    client, _user = a_desk(role="team-lead")

    page = client.get("/watch")

    assert page.context["well"] is False
    assert "Start the timer (celery beat)." in page.content.decode()


def test_what_is_due_just_now_is_not_said_to_have_been_done() -> None:
    plain_promises()
    an_interaction()
    ArmedClock.objects.update(next_fire_at=timezone.now() - timedelta(seconds=5))
    client, _user = a_desk(role="team-lead")

    clocks = client.get("/watch").context["signs"][0]

    assert clocks["sign"].well
    assert clocks["said"] == "Due just now; a worker is about to take it."


def test_the_watch_is_for_leads() -> None:
    client, _user = a_desk(role="agent")

    assert client.get("/watch").status_code == 403
