"""Real workers on the database of a test, and the moments in which something is broken."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg
from django.db import connection

from crm.celery import app
from interactions.models import Interaction, SlaClock
from tests.customers.factories import a_customer, a_user
from tests.interactions.factories import an_interaction, plain_promises
from tests.interactions.mailbox import Mailbox

ROOT: Final = Path(__file__).resolve().parents[2]
TICK: Final = "interactions.tasks.fire_due_clocks"
SEND: Final = "interactions.tasks.send_queued_messages"


@contextmanager
def a_worker_process(mailbox: Mailbox, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker as production runs it, on the database of this test."""
    given = connection.get_connection_params()
    database = f"postgresql://crm@/{given['dbname']}?host={quote(str(given['host']))}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "DATABASE_URL": database,
        "EMAIL_URL": f"smtp://127.0.0.1:{mailbox.port}",
    }
    command = [sys.executable, "-m", "celery", "-A", "crm.celery", "worker"]
    options = ["--pool=solo", f"--hostname={name}@test", "--without-mingle", "--without-gossip"]
    process = subprocess.Popen(
        [*command, *options, "--loglevel=WARNING"], cwd=ROOT, env=environment
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def wait_for(what: Callable[[], object], *, asking: str = "", seconds: float = 240) -> None:
    """Wait until something is true, playing beat meanwhile; a busy machine may take its time."""
    deadline, asked = time.monotonic() + seconds, 0.0
    while not what():
        assert time.monotonic() < deadline, f"gave up after {seconds} s"
        if asking and time.monotonic() - asked > 1:
            app.send_task(asking)
            asked = time.monotonic()
        time.sleep(0.1)


def overdue_matters(hours: float, count: int) -> list[Interaction]:
    """Matters of different customers whose ten-hour promise is so old."""
    plain_promises(targets={"first_response": 10**9, "resolution": 36_000})
    owner = a_user(email="ana@example.org")
    return [
        an_interaction(
            a_customer(email=f"customer{number}@example.org"),
            owner_id=owner.pk,
            ago=timedelta(hours=hours),
        )
        for number in range(count)
    ]


@contextmanager
def somebody_half_way_through(clock: SlaClock) -> Iterator[psycopg.Connection]:
    """An open transaction that has written the stage row a tick is about to write."""
    given = connection.get_connection_params()
    wanted = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{key: given[key] for key in wanted if given.get(key)}) as other:
        other.execute(
            "INSERT INTO interactions_stagenotice"
            " (clock_id, commitment_no, stage, fired_at, superseded)"
            " VALUES (%s, 1, 90, now(), false)",
            (clock.pk,),
        )
        yield other
        if not other.closed:
            other.rollback()
