"""What lags in the duty before the deadline is seen, and how old the oldest of it is."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.access import SYSTEM
from crm.accounts.models import User
from crm.events.models import Delivery, Heartbeat
from interactions.models import ArmedClock
from interactions.processes.track_interaction import Sign, watch_duty
from tests.customers.factories import a_user, an_agent
from tests.interactions.factories import an_interaction, plain_promises

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    plain_promises()
    Delivery.objects.update(done_at=timezone.now())
    a_user(role="team-lead")
    now = timezone.now()
    Heartbeat.objects.update_or_create(name="beat", defaults={"beaten_at": now})
    return now


def _signs(now: datetime) -> dict[str, Sign]:
    return {sign.key: sign for sign in watch_duty(now=now, actor=SYSTEM)}


def test_nothing_lags_while_everything_is_done(now: datetime) -> None:
    assert [sign.key for sign in _signs(now).values() if not sign.well] == []


@pytest.mark.req("R-TMI-9")
def test_the_oldest_clock_that_did_not_fire_is_seen(now: datetime) -> None:
    an_interaction()
    an_interaction()
    ArmedClock.objects.update(next_fire_at=now - timedelta(seconds=40))
    assert _signs(now)["clocks"].well
    oldest = ArmedClock.objects.all()[0]
    ArmedClock.objects.filter(pk=oldest.pk).update(next_fire_at=now - timedelta(minutes=9))

    sign = _signs(now)["clocks"]

    assert (sign.well, sign.since) == (False, now - timedelta(minutes=9))
    assert sign.late == ArmedClock.objects.count()


def test_late_and_given_up_deliveries_are_seen(now: datetime) -> None:
    for _each in range(2):
        an_interaction()
    late, dead = Delivery.objects.filter(done_at=None)[:2]
    Delivery.objects.filter(pk=late.pk).update(next_try_at=now - timedelta(minutes=20))
    Delivery.objects.filter(pk=dead.pk).update(dead_at=now)

    signs = _signs(now)

    assert (signs["outbox"].well, signs["outbox"].since) == (False, now - timedelta(minutes=20))
    assert (signs["dead"].well, signs["dead"].late) == (False, 1)


def test_a_silent_timer_is_seen(now: datetime) -> None:
    Heartbeat.objects.update(beaten_at=now - timedelta(minutes=4))
    assert not _signs(now)["beat"].well

    Heartbeat.objects.all().delete()
    assert not _signs(now)["beat"].well


def test_that_nobody_leads_is_seen(now: datetime) -> None:
    User.objects.filter(groups__name="team-lead").update(is_active=False)

    assert not _signs(now)["leads"].well


def test_the_watch_needs_its_permission(now: datetime) -> None:
    with pytest.raises(PermissionDenied):
        watch_duty(now=now, actor=an_agent())
