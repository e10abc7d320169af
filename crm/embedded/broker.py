"""Start the embedded Redis: a unix socket only, its queue kept on disk."""

import os
import signal
import time
from pathlib import Path

import redis

from crm.embedded.engines import redis_for, usable
from crm.embedded.places import REDIS_SOCKET, Places
from crm.embedded.server import Server, spawn, working_in
from crm.embedded.trouble import Trouble

PATIENCE = 60
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def start_redis(places: Places, *, throw_away: bool = False) -> Server:
    """Start the broker of these places and return when it answers."""
    places.prepare()
    program = redis_for(places)
    program = usable(places, program, program.parent)
    _end_leftover(places)
    log_path = places.logs / "redis.log"
    with log_path.open("w") as log:
        process = spawn(
            _command(places, program, throw_away),
            log=log,
            account=places.account,
            environment=ENVIRONMENT,
        )
    server = Server("Redis", process, (signal.SIGTERM,))
    if not _answers(places, server):
        server.stop()
        raise Trouble(f"Redis does not start in {places.broker}: {_last_words(log_path)}")
    return server


def _command(places: Places, program: Path, throw_away: bool) -> list[str | Path]:
    return [
        *(
            program,
            "--port",
            "0",
            "--unixsocket",
            places.sockets / REDIS_SOCKET,
            "--unixsocketperm",
            "700",
        ),
        *("--dir", places.broker, "--pidfile", places.broker / "redis.pid", "--save", ""),
        *("--appendonly", "no" if throw_away else "yes", "--maxmemory-policy", "noeviction"),
        # One database for each parallel test worker.
        *("--databases", "64"),
    ]


def _end_leftover(places: Places) -> None:
    """End the server of a supervisor that was killed."""
    try:
        pid = int((places.broker / "redis.pid").read_text())
    except (FileNotFoundError, ValueError):
        return
    deadline = time.monotonic() + PATIENCE
    while working_in(pid, places.broker):
        os.kill(pid, signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL)
        time.sleep(0.1)


def _answers(places: Places, server: Server) -> bool:
    deadline = time.monotonic() + PATIENCE
    with redis.Redis(
        unix_socket_path=str(places.sockets / REDIS_SOCKET), socket_timeout=5
    ) as client:
        while server.alive() and time.monotonic() < deadline:
            try:
                client.ping()
            except redis.RedisError:
                time.sleep(0.02)
            else:
                return True
    return False


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return (lines or ["it said nothing."])[-1]
