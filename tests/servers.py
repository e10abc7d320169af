"""The throw-away PostgreSQL and Redis of one test run, shared by its parallel workers."""

import os
import shutil
import tempfile
from pathlib import Path

import psycopg

from crm import embedded
from tests import schema

PLACE = "CRM_TEST_SERVERS"
PREFIX = "crm-test-"
# Workers and the commands that tests start inherit the place and must not start servers again.
OURS_TO_START = PLACE not in os.environ


def announce() -> None:
    """Tell the settings where the servers will be; nothing is started."""
    place = os.environ.setdefault(PLACE, f"{tempfile.gettempdir()}/{PREFIX}{os.getpid()}")
    database_url, redis_url = embedded.urls(place)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    os.environ |= {
        "CRM_ENV": "test",
        "CRM_DATA_DIR": place,
        "CRM_STORAGE_DIR": f"{place}/storage-{worker}",
        "DATABASE_URL": database_url,
        "REDIS_URL": f"{redis_url}?db={worker.removeprefix('gw')}",
        "EMAIL_URL": "memorymail://",
    }


class Servers:
    """The servers of a run, from its first test to its last."""

    def __init__(self) -> None:
        _forget_killed_runs()
        self.places = embedded.locations(os.environ[PLACE])
        Path(os.environ[PLACE], "static").mkdir(parents=True, exist_ok=True)
        self.running = [
            embedded.start_postgres(self.places, throw_away=True),
            embedded.start_redis(self.places, throw_away=True),
        ]
        self._allow_emptying()
        self.schema = schema.start_making(os.environ[PLACE])

    def _allow_emptying(self) -> None:
        """What the application may never do: delete rows past their triggers, as `flush` does."""
        with psycopg.connect(
            host=str(self.places.sockets), user="postgres", dbname="postgres"
        ) as connection:
            connection.execute("GRANT SET ON PARAMETER session_replication_role TO crm")

    def stop(self) -> None:
        self.schema.kill()
        self.schema.wait()
        for server in self.running:
            server.stop()
        for directory in {self.places.data_dir, self.places.home, self.places.sockets}:
            shutil.rmtree(directory, ignore_errors=True)


def _forget_killed_runs() -> None:
    for leftover in Path(tempfile.gettempdir()).glob(f"{PREFIX}[0-9]*"):
        if not Path("/proc", leftover.name.removeprefix(PREFIX)).exists():
            shutil.rmtree(leftover, ignore_errors=True)
