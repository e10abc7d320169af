"""Available, busy or away: one open interval per colleague, none lost and none overlapping."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from crm.access import actor_for
from crm.accounts.models import User
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from interactions.models import AgentProfile, Availability
from interactions.processes.manage_interaction import set_at_desk
from tests.interactions.factories import a_worker
from tests.racing import at_once

pytestmark = pytest.mark.django_db


def _said(user_id: int | None) -> list[tuple[str, bool]]:
    rows = Availability.objects.filter(agent=user_id).order_by("since")
    return [(row.state, row.until is None) for row in rows]


def test_each_change_ends_one_interval_and_begins_the_next() -> None:
    worker = a_worker()

    for state in ("available", "available", "busy", "available", "away"):
        set_at_desk(state=state, actor=worker)

    assert _said(worker.pk) == [
        ("available", False), ("busy", False), ("available", False), ("away", True)
    ]  # fmt: skip
    rows = list(Availability.objects.filter(agent=worker.pk).order_by("since"))
    assert [row.until for row in rows[:-1]] == [row.since for row in rows[1:]]
    profile = AgentProfile.objects.get(user=worker.pk)
    assert (profile.state, profile.since) == ("away", rows[-1].since)


def test_a_change_is_an_event_and_saying_the_same_is_none() -> None:
    worker = a_worker()
    set_at_desk(state="busy", actor=worker)
    set_at_desk(state="busy", actor=worker)

    said = OutboxEvent.objects.filter(name="agent.availability_changed")
    assert [one.payload["state"] for one in said] == ["busy"]


def test_a_clock_set_back_makes_no_interval_that_ends_before_it_began() -> None:
    worker, ahead = a_worker(), timezone.now() + timedelta(hours=1)
    set_at_desk(state="available", actor=worker)
    Availability.objects.filter(agent=worker.pk).update(since=ahead)

    set_at_desk(state="away", actor=worker)

    last = Availability.objects.get(agent=worker.pk, until=None)
    assert last.state == "away"
    assert last.since > ahead


def test_the_database_holds_one_open_interval_of_a_colleague() -> None:
    worker = a_worker()
    set_at_desk(state="available", actor=worker)

    with pytest.raises(IntegrityError, match="availability_one_open"):
        Availability.objects.create(agent_id=worker.pk or 0, state="busy", since=timezone.now())


def test_there_are_three_states_and_no_other() -> None:
    with pytest.raises(RuleBroken) as refused:
        set_at_desk(state="lunch", actor=a_worker())

    assert refused.value.code == "unknown-state"


def test_whoever_signs_out_is_away() -> None:
    worker = a_worker()
    set_at_desk(state="available", actor=worker)
    client = Client()
    client.force_login(User.objects.get(pk=worker.pk or 0))

    client.post("/logout")

    last = Availability.objects.get(agent=worker.pk, until=None)
    assert (last.state, last.because) == ("away", "signed out")


def test_signing_out_makes_no_agent_of_somebody_who_never_took_work() -> None:
    worker = a_worker()
    client = Client()
    client.force_login(User.objects.get(pk=worker.pk or 0))

    client.post("/logout")

    assert AgentProfile.objects.filter(user=worker.pk).exists() is False


@pytest.mark.django_db(transaction=True)
def test_two_devices_at_once_leave_one_open_interval() -> None:
    worker = actor_for(User.objects.get(pk=a_worker().pk or 0))
    set_at_desk(state="away", actor=worker)

    at_once(*[lambda s=s: set_at_desk(state=s, actor=worker) for s in ("available", "busy") * 3])

    assert Availability.objects.filter(agent=worker.pk, until=None).count() == 1
