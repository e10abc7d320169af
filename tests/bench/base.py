"""The servers and the generated base that every measurement stands on.

The base is invented once for a size and kept in the data directory; each run measures a copy of
it, so that nothing a measurement writes is met by the next. When the schema or what invents the
data has changed, the base is made anew.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from crm import embedded

CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "200000"))
INTERACTIONS = int(os.environ.get("BENCH_INTERACTIONS", str(min(5 * CUSTOMERS, 1_000_000))))
OPEN = int(os.environ.get("BENCH_OPEN", str(INTERACTIONS // 20)))
AGENTS = 200
_TEAMS = 8
_ROOT = Path(__file__).resolve().parents[2]
_DATA = Path(os.environ.get("CRM_DATA_DIR", _ROOT / ".data"))
DIRECTORY = _DATA / "bench" / f"{CUSTOMERS}-{INTERACTIONS}-{OPEN}"
# What the base is made of: a change of any of these makes another base.
_MADE_OF = (
    "*/migrations/*.py", "*/*/migrations/*.py", "*/sql/0*.sql", "*/*/sql/0*.sql",
    "*/generation.py", "*/*/generation.py", "*/generation/*.py",
)  # fmt: skip
_KEPT = "crm_base"


def settle_environment() -> None:
    """Before Django reads its settings: our own servers, nothing from outside."""
    os.environ |= {
        "CRM_ENV": "embedded",
        "CRM_DATA_DIR": str(DIRECTORY),
        "EMAIL_URL": "memorymail://",
        "DJANGO_SETTINGS_MODULE": "crm.settings",
    }
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)


@contextmanager
def running() -> Iterator[None]:
    """Servers up, and a fresh copy of the generated base in them."""
    places = embedded.locations(DIRECTORY)
    places.prepare()
    _make(places)
    servers = [embedded.start_postgres(places), embedded.start_redis(places)]
    try:
        _copy(places)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("collectstatic", verbosity=0, interactive=False)
        yield
    finally:
        from django.db import connections

        connections.close_all()
        for server in reversed(servers):
            server.stop()


def fingerprint() -> str:
    """What the schema and the inventing code come to."""
    seen = hashlib.sha256()
    for pattern in _MADE_OF:
        for path in sorted(_ROOT.glob(pattern)):
            seen.update(path.relative_to(_ROOT).as_posix().encode() + path.read_bytes())
    return seen.hexdigest()[:16]


def _make(places: embedded.Places) -> None:
    """Invent the base unless it is there; without waiting for the disk, which may lose it whole."""
    server = embedded.start_postgres(places, throw_away=True)
    wanted = fingerprint()
    try:
        if _kept(places) == wanted:
            return
        start = time.monotonic()
        sys.stdout.write(f"A base of {CUSTOMERS:,} customers is made in {DIRECTORY}.\n")
        with _administrator(places) as administrator:
            administrator.execute(f"DROP DATABASE IF EXISTS {_KEPT}")
            administrator.execute("DROP DATABASE IF EXISTS crm WITH (FORCE)")
            administrator.execute("CREATE DATABASE crm OWNER crm")
        broker = embedded.start_redis(places)
        try:
            # A process of its own: what inventing leaves in memory is no part of a measurement.
            subprocess.run([sys.executable, "-m", "tests.bench.base"], cwd=_ROOT, check=True)
        finally:
            broker.stop()
        with _administrator(places) as administrator:
            administrator.execute(f"ALTER DATABASE crm RENAME TO {_KEPT}")
            administrator.execute(f"COMMENT ON DATABASE {_KEPT} IS '{wanted}'")
        sys.stdout.write(f"Made in {time.monotonic() - start:,.0f} s.\n")
    finally:
        server.stop()


def _fill() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False)
    call_command("starter_set")
    _employ()
    call_command("generate", customers=CUSTOMERS, interactions=INTERACTIONS, open=OPEN, seed=1)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _employ() -> None:
    """Agents in teams, each with a lead, so that matters have owners and clocks an audience."""
    from django.contrib.auth.models import Group

    from crm.accounts.models import Team, User

    agent, lead = Group.objects.get(name="agent"), Group.objects.get(name="team-lead")
    for number in range(AGENTS):
        place, in_team = divmod(number, AGENTS // _TEAMS)
        team, _made = Team.objects.get_or_create(slug=f"bench-{place}", name=f"Bench {place}")
        name = f"bench-{number}"
        person = User.objects.create(username=name, email=f"{name}@example.org")
        person.teams.add(team)
        person.groups.add(agent if in_team else lead)


def _kept(places: embedded.Places) -> str:
    """The fingerprint of the base that is there, if any."""
    with _administrator(places) as administrator:
        found = administrator.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [_KEPT],
        ).fetchone()
    return str(found[0]) if found else ""


def _copy(places: embedded.Places) -> None:
    with _administrator(places) as administrator:
        administrator.execute("DROP DATABASE IF EXISTS crm WITH (FORCE)")
        administrator.execute(f"CREATE DATABASE crm OWNER crm TEMPLATE {_KEPT} STRATEGY file_copy")


def _administrator(places: embedded.Places) -> psycopg.Connection:
    return psycopg.connect(
        host=str(places.sockets), user="postgres", dbname="postgres", autocommit=True
    )


if __name__ == "__main__":
    # The environment was settled by whoever started this process.
    _fill()
