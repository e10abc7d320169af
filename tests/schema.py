"""The migrated database that the workers of a run copy: made once, and kept for the next run.

Migrating takes half a minute of computing; reading back what the same migrations made, a second.
"""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from crm import embedded
from crm.embedded.engines import postgres_for

NAME = "migrated"
KEPT = Path(__file__).parents[1] / ".pytest_cache" / "d" / "schema"
PATIENCE = 1200


def start_making(place: str) -> subprocess.Popen[bytes]:
    """Make it beside the collecting of tests, in a process of its own."""
    with Path(place, "schema.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.schema"],
            cwd=Path(__file__).parents[1],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def wait_until_made(place: str) -> None:
    """Return when workers may copy it."""
    deadline = time.monotonic() + PATIENCE
    while not Path(place, "schema.made").exists():
        if Path(place, "schema.failed").exists() or time.monotonic() > deadline:
            raise RuntimeError(Path(place, "schema.log").read_text(encoding="utf-8"))
        time.sleep(0.05)


def make(place: str) -> None:
    """Fill the database `migrated` from the kept file, else by migrating."""
    places = embedded.locations(place)
    postgres = postgres_for(places)
    host, user = str(places.sockets), "crm"
    with psycopg.connect(host=host, user=user, dbname="crm", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME}")
    reach = ["-h", host, "-U", user, "-d", NAME]
    kept = KEPT / f"{_fingerprint()}-{postgres.major}.sql"
    if kept.exists():
        _run(postgres.bin / "psql", *reach, "-q", "-v", "ON_ERROR_STOP=1", "-f", kept)
        return
    _migrate()
    KEPT.mkdir(parents=True, exist_ok=True)
    for older in KEPT.glob(f"*-{postgres.major}.sql"):
        older.unlink(missing_ok=True)
    fresh = kept.with_suffix(f".{os.getpid()}")
    _run(postgres.bin / "pg_dump", *reach, "--no-owner", "-f", fresh)
    fresh.rename(kept)


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection

    connection.settings_dict["NAME"] = NAME
    call_command("migrate", interactive=False, verbosity=0)
    connection.close()


def _fingerprint() -> str:
    """Everything the outcome depends on: every migration and what it reads."""
    from django import get_version
    from django.apps import apps

    told = hashlib.sha256(get_version().encode())
    for app in apps.get_app_configs():
        for pattern in ("migrations/*.py", "sql/*.sql"):
            for path in sorted(Path(app.path).glob(pattern)):
                told.update(path.read_bytes())
    return told.hexdigest()[:16]


def _main() -> None:
    import django

    place = os.environ["CRM_TEST_SERVERS"]
    try:
        django.setup()
        make(place)
        Path(place, "schema.made").touch()
    except BaseException:
        Path(place, "schema.failed").touch()
        raise


if __name__ == "__main__":
    _main()
