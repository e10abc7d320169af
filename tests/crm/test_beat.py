"""Any number of schedulers may run; one is at work."""

import threading
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from crm.beat import BEAT_LOCK, LOOK_AGAIN, OneAtWork
from crm.celery import app

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scheduler() -> Iterator[OneAtWork]:
    scheduler = OneAtWork(app=app, lazy=True)
    yield scheduler
    connection.close()


@pytest.fixture
def another_at_work() -> Iterator[psycopg.Connection]:
    parameters = connection.get_connection_params()
    names = ("host", "user", "dbname")
    with psycopg.connect(**{name: parameters[name] for name in names}, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [BEAT_LOCK])
        yield other


def test_the_first_gets_to_work(scheduler: OneAtWork) -> None:
    scheduler.schedule = {}

    scheduler.tick()

    assert scheduler.holding is True


def test_the_second_waits_and_takes_over_when_the_first_ends(
    scheduler: OneAtWork, another_at_work: psycopg.Connection
) -> None:
    scheduler.schedule = {}
    waited = scheduler.tick()
    held_at_first = scheduler.holding
    another_at_work.close()

    # The server lets go of a lock a moment after its session's end.
    ticks = 0
    while not scheduler.holding and ticks < 50:
        scheduler.tick()
        ticks += 1
        threading.Event().wait(0.1)

    assert (waited, held_at_first, scheduler.holding) == (LOOK_AGAIN, False, True)


def test_short_intervals_are_due_at_once_and_nightly_jobs_are_not(scheduler: OneAtWork) -> None:
    scheduler.setup_schedule()

    due = {name for name, entry in scheduler.schedule.items() if entry.is_due()[0]}

    assert "say that beat lives, every minute" in due
    assert not [name for name in due if "nightly" in name]
