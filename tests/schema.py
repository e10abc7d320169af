"""The migrated database that the workers of a run copy: made once, and kept for the next run.

Migrating takes seconds of computing; reading back what it made, one. Where migrations were
added since, only those are run.
"""

import hashlib
import json
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
    """Fill the database `migrated` from what is kept, and migrate what came since."""
    places = embedded.locations(place)
    postgres = postgres_for(places)
    host, user = str(places.sockets), "crm"
    with psycopg.connect(host=host, user=user, dbname="crm", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME}")
    reach = ["-h", host, "-U", user, "-d", NAME]
    kept, wanted = KEPT / f"{postgres.major}.sql", _migrations()
    made_by = _made_by(kept)
    if made_by and made_by.items() <= wanted.items() and (postgres.bin / "psql").exists():
        load: list[str | Path] = [
            postgres.bin / "psql",
            *reach,
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-f",
            kept,
        ]
        subprocess.run(load, check=True, stdout=subprocess.DEVNULL)
        if made_by == wanted:
            return
    _migrate()
    _keep(kept, wanted, [postgres.bin / "pg_dump", *reach, "--no-owner"])


def _made_by(kept: Path) -> dict[str, str]:
    """The first line of a kept file: the migrations that made it."""
    if not kept.exists():
        return {}
    with kept.open(encoding="utf-8") as file:
        found: dict[str, str] = json.loads(file.readline().removeprefix("--"))
    return found


def _keep(kept: Path, made_by: dict[str, str], dump: list[str | Path]) -> None:
    if not Path(dump[0]).exists():
        # A server without its client programs: the next run migrates again.
        return
    KEPT.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_suffix(f".{os.getpid()}")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(f"--{json.dumps(made_by)}\n")
        file.flush()
        subprocess.run(dump, check=True, stdout=file)
    fresh.rename(kept)


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection

    connection.settings_dict["NAME"] = NAME
    call_command("migrate", interactive=False, verbosity=0)
    connection.close()


def _migrations() -> dict[str, str]:
    """Every migration, and every statement one reads, by what it says."""
    from django.apps import apps

    return {
        f"{app.label}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for app in apps.get_app_configs()
        for pattern in ("migrations/*.py", "sql/0*.sql")
        for path in Path(app.path).glob(pattern)
    }


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
