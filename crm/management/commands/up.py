"""Everything under one supervisor: embedded servers, web server, worker and beat."""

import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import Error, connection, connections
from django.db.migrations.recorder import MigrationRecorder

from crm.embedded import Places, Server, Trouble, locations, preflight, start_postgres, start_redis
from crm.embedded.server import spawn
from crm.embedded.supervisor import Supervisor
from crm.health import waiting_migrations

EVERYWHERE = {"127.0.0.1", "0.0.0.0"}  # noqa: S104  compared, not bound
DEMO_LOADED = "demo_loaded"
ANSWER_WITHIN = 90.0
# Only databases from before the first release know this migration.
BEFORE_RELEASE = ("customers", "0003_the_record")
CELERY = (sys.executable, "-m", "celery", "--app", "crm")
WORKER = (*CELERY, "worker", "--loglevel", "WARNING", "--concurrency", str(os.cpu_count() or 1))
BEAT = (*CELERY, "beat", "--loglevel", "WARNING")
GUNICORN = (sys.executable, "-m", "gunicorn", "-c")
WEB = (*GUNICORN, "python:crm.web_server", "crm.wsgi:application")
TEXTS = (sys.executable, "manage.py", "receive_texts")
LIVE = (*GUNICORN, "python:crm.live_server", "crm.live.application:application")


class Command(BaseCommand):
    help = "Start everything this product needs on this machine, and keep it running."
    requires_system_checks = ()

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--no-demo", action="store_true", help="Load no demo data.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._run(demo=not options["no_demo"])
        except Trouble as trouble:
            self.stderr.write(str(trouble))
            sys.exit(1)
        except KeyboardInterrupt:
            self._say("Stopped.")

    def _run(self, *, demo: bool) -> None:
        host = os.environ.get("CRM_BIND", "127.0.0.1")
        port = preflight.port_from(os.environ.get("PORT", "8000"))
        places = locations(settings.DATA_DIR)
        preflight.require_space(places.home)
        places.prepare()
        address = f"http://{'localhost' if host in EVERYWHERE else host}:{port}"
        with preflight.hold(places) as lock, Supervisor(self._say) as supervisor:
            preflight.sign(lock, address)
            preflight.require_free_port(host, port)
            if settings.EMBEDDED:
                self._say("Starting PostgreSQL and Redis.")
                supervisor.start("PostgreSQL", partial(start_postgres, places))
                supervisor.start("Redis", partial(start_redis, places))
            os.environ.setdefault("CRM_LIVE_PORT", str(preflight.port_beside(host, port)))
            web = partial(
                supervisor.start, "Web server", partial(_program, places, "Web server", WEB), wave=1
            )
            # It takes seconds to load: beside the rest where it finds what it was written for.
            early = self._prepare_house(places)
            if early:
                web()
            self._prepare_data(places, demo=demo and settings.EMBEDDED)
            if not early:
                web()
            self._wait_for(f"http://{host}:{port}/livez", places)
            programs = {"Live updates": LIVE, "Worker": WORKER, "Beat": BEAT}
            if settings.CRM_SMPP_URL:
                programs["Texts"] = TEXTS
            for name, command in programs.items():
                supervisor.start(name, partial(_program, places, name, command), wave=1)
            self._welcome(address)
            supervisor.watch()

    def _prepare_house(self, places: Places) -> bool:
        """Lay out the static files; tell whether the database already has today's schema."""
        self._say("Bringing the database up to date.")
        with _in_one_sentence(places):
            _refuse_unreleased(places)
            _collect_static(places)
            return not waiting_migrations()

    def _prepare_data(self, places: Places, *, demo: bool) -> None:
        with _in_one_sentence(places):
            call_command("migrate", verbosity=0, interactive=False)
            self._call_if_there("starter_set")
            if settings.EMBEDDED:
                # Demo data may name the people who sign in.
                call_command("demo_logins", stdout=StringIO())
            marker = places.data_dir / DEMO_LOADED
            if demo and not marker.exists() and self._call_if_there("demo_data"):
                self._call_if_there("demo_records")
                marker.touch()

    def _call_if_there(self, command: str) -> bool:
        if command not in get_commands():
            return False
        call_command(command, stdout=self.stdout)
        return True

    def _wait_for(self, url: str, places: Places) -> None:
        deadline = time.monotonic() + ANSWER_WITHIN
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(url, timeout=5):  # noqa: S310  our own address
                    return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
        raise Trouble(f"The web server does not answer; {places.logs / 'web-server.log'} says why.")

    def _welcome(self, address: str) -> None:
        self._say(f"\nReady: {address}\n")
        if settings.EMBEDDED:
            call_command("demo_logins", stdout=self.stdout)
        self._say("Press Ctrl-C to stop.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


@contextmanager
def _in_one_sentence(places: Places) -> Iterator[None]:
    """Work on the database; say what stopped it, and leave no connection behind."""
    try:
        yield
    except Error as problem:
        raise Trouble(f"The database refused: {_first_line(problem)}") from problem
    except OSError as problem:
        raise Trouble(
            f"The data directory {places.data_dir} cannot be used: {problem.strerror}."
        ) from problem
    finally:
        connections.close_all()


def _refuse_unreleased(places: Places) -> None:
    if BEFORE_RELEASE not in MigrationRecorder(connection).applied_migrations():
        return
    way = "start with another one"
    if settings.EMBEDDED:
        way = f"set {places.home} aside, or start with another CRM_DATA_DIR"
    raise Trouble(f"The database was made by an earlier, unreleased version: {way}.")


def _first_line(problem: Exception) -> str:
    return next(iter(str(problem).strip().splitlines()), repr(problem))


def _program(places: Places, name: str, command: tuple[str, ...]) -> Server:
    log_path = places.logs / f"{name.lower().replace(' ', '-')}.log"
    with log_path.open("a") as log:
        process = spawn(command, log=log, environment=dict(os.environ), directory=settings.BASE_DIR)
    return Server(name, process, (signal.SIGTERM, signal.SIGQUIT))


def _collect_static(places: Places) -> None:
    """Collect and compress only what changed since the last start: compressing takes seconds."""
    from django.contrib.staticfiles.finders import get_finders

    found = sorted(
        (path, storage.size(path), storage.get_modified_time(path).timestamp())
        for finder in get_finders()
        for path, storage in finder.list([])
    )
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if not stamp.exists() or stamp.read_text() != repr(found):
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(repr(found))
