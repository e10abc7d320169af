"""Start the embedded PostgreSQL: made on first use, on a unix socket only."""

import os
import shutil
import signal
import time
from pathlib import Path
from typing import LiteralString

import psycopg

from crm.embedded.engines import Postgres, cluster_version, postgres_for, usable
from crm.embedded.places import POSTGRES_SOCKET, Places
from crm.embedded.server import Server, spawn, working_in
from crm.embedded.trouble import Trouble

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
INITDB = ("-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
ENDINGS = (signal.SIGINT, signal.SIGQUIT)
FIRST_BUILTIN_LOCALE = 17
PATIENCE = 60
# After a SIGKILL the last backends hold shared memory and locks for a moment.
PASSING = ("shared memory block", "already exists", "is another postmaster", "is another postgres")
SOCKET_ONLY = {"listen_addresses": "", "unix_socket_permissions": "0700"}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
TUNING = {"shared_buffers": "256MB", "max_wal_size": "2GB", "random_page_cost": "1.1", "jit": "off"}


def start_postgres(places: Places, *, throw_away: bool = False) -> Server:
    """Start the database of these places and return when it answers.

    `throw_away` gives up durability for speed: for tests.
    """
    places.prepare()
    postgres = postgres_for(places)
    tree = postgres.bin.parent
    programs = usable(places, postgres.bin / "postgres", tree).parent
    if cluster_version(places.cluster) is None:
        _make_cluster(places, Postgres(programs, postgres.major))
    _clear_leftovers(places)
    server = _start_patiently(places, programs, TUNING | (THROW_AWAY if throw_away else {}))
    _make_database(places)
    return server


def _make_cluster(places: Places, postgres: Postgres) -> None:
    """Made aside and renamed, so that a killed first start leaves nothing half made."""
    account, fresh = places.account, places.home / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    os.chown(fresh, account.uid, account.gid)
    locale = (
        ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        if postgres.major >= FIRST_BUILTIN_LOCALE
        else ("--locale=C.UTF-8",)
    )
    log_path = places.logs / "initdb.log"
    with log_path.open("w") as log:
        made = spawn(
            [postgres.bin / "initdb", "-D", fresh, *INITDB, *locale],
            log=log,
            account=account,
            environment=ENVIRONMENT,
        ).wait()
    if made != 0:
        raise Trouble(
            f"The database could not be made in {places.cluster}: {_last_words(log_path)}"
        )
    if places.cluster.exists():
        places.cluster.rmdir()
    fresh.rename(places.cluster)


def _clear_leftovers(places: Places) -> None:
    """End the server of a supervisor that was killed, and forget a lock whose owner is gone."""
    lock = places.cluster / "postmaster.pid"
    try:
        pid = int(lock.read_text().splitlines()[0])
    except (FileNotFoundError, ValueError, IndexError):
        pid = 0
    deadline = time.monotonic() + PATIENCE
    while pid and working_in(pid, places.cluster):
        if time.monotonic() > deadline:
            raise Trouble(
                f"An older PostgreSQL (process {pid}) still runs in {places.cluster} and does not "
                "stop; end it and start again."
            )
        os.kill(pid, signal.SIGINT)
        time.sleep(0.2)
    lock.unlink(missing_ok=True)
    (places.sockets / f"{POSTGRES_SOCKET}.lock").unlink(missing_ok=True)


def _start_patiently(places: Places, programs: Path, options: dict[str, str]) -> Server:
    deadline = time.monotonic() + PATIENCE
    while True:
        server = _start(places, programs, options)
        if _answers(places, server, deadline):
            return server
        server.stop()
        said = _last_words(places.logs / "postgres.log")
        if time.monotonic() > deadline or not any(words in said for words in PASSING):
            raise Trouble(f"PostgreSQL does not start in {places.cluster}: {said}")
        time.sleep(0.5)


def _start(places: Places, programs: Path, options: dict[str, str]) -> Server:
    settings = SOCKET_ONLY | {"unix_socket_directories": str(places.sockets)} | options
    arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (places.logs / "postgres.log").open("w") as log:
        process = spawn(
            [programs / "postgres", "-D", places.cluster, *arguments],
            ending=signal.SIGINT,
            log=log,
            account=places.account,
            environment=ENVIRONMENT,
        )
    return Server("PostgreSQL", process, ENDINGS)


def _answers(places: Places, server: Server, deadline: float) -> bool:
    while server.alive() and time.monotonic() < deadline:
        try:
            _administrator(places).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return True
    return False


def _make_database(places: Places) -> None:
    """The application's role is no superuser: what works here works on a managed server."""
    with _administrator(places) as connection:
        for missing, statement in _WANTED:
            if not connection.execute(missing).fetchone():
                connection.execute(statement)


_WANTED: tuple[tuple[LiteralString, LiteralString], ...] = (
    ("SELECT 1 FROM pg_roles WHERE rolname = 'crm'", "CREATE ROLE crm LOGIN CREATEDB"),
    ("SELECT 1 FROM pg_database WHERE datname = 'crm'", "CREATE DATABASE crm OWNER crm"),
)


def _administrator(places: Places) -> psycopg.Connection:
    return psycopg.connect(
        host=str(places.sockets),
        user="postgres",
        dbname="postgres",
        autocommit=True,
        connect_timeout=5,
    )


def _last_words(log: Path) -> str:
    """The line of a log that says what went wrong."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line or "PANIC" in line]
    return (telling or lines or ["it said nothing."])[-1]
