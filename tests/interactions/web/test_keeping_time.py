"""Who leads sees whether the duty itself keeps time; who works the queue is not bothered."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from crm.events.models import Heartbeat
from interactions.models import ArmedClock
from tests.interactions.factories import an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


@pytest.mark.req("R-TMI-10")
def test_a_clock_that_should_have_fired_and_a_silent_beat_stand_out() -> None:
    client, _user = a_desk("team-lead")
    an_interaction()
    ArmedClock.objects.update(next_fire_at=timezone.now() - timedelta(minutes=5))
    Heartbeat.objects.create(name="beat", beaten_at=timezone.now() - timedelta(minutes=9))

    signs = {sign.label: (sign.said, sign.bad) for sign in client.get("/desk").context["signs"]}

    assert signs["Clocks"] == ("oldest waits 5 min", True)
    assert signs["Beat"] == ("9 min ago", True)
    assert signs["Messages"] == ("nothing waits", False)


def test_when_all_is_well_it_says_so() -> None:
    client, _user = a_desk("team-lead")
    Heartbeat.objects.create(name="beat", beaten_at=timezone.now())

    assert [sign.bad for sign in client.get("/desk").context["signs"]] == [False] * 4


def test_an_agent_is_not_shown_it() -> None:
    client, _user = a_desk()

    assert client.get("/desk").context["signs"] == []
