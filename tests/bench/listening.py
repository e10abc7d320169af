"""Two hundred agents with their desks open: what that does to the page somebody asks for.

The web server and the stream are started as `make run` starts them, and 200 open desks ask them as
the script of the page does: by the stream (a call, then the counts and changed rows; a safety poll
each half minute) or, without it, by polling each fifteen seconds with ETags. Meanwhile a matter is
logged every second, each other one with an owner, with and without open desks, so that there is
something to tell. Compared is the p95 on the wall of a desk page asked for again and again, with
the open desks and without, in alternating stretches. That is a promise about a machine that has
its cores to itself: where others take them, the queue of the web server grows without bound and the
ratio says how busy they are.

What the open desks are asked from costs processor time too, and stands on this machine.
"""

import http.client
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.bench.base import AGENTS
from tests.bench.ratio import Ratio, p95

_STRETCHES = int(os.environ.get("BENCH_STRETCHES", "3"))
_SECONDS = 25.0
_REST = 0.15
_WAYS = ("alone", "streaming", "polling")
_FAILED = 0.01


def measure() -> Iterator[Ratio]:
    from tests.live_program import free_port

    web, live = free_port(), free_port()
    keys = _signed_in()
    with _program("web", web, live), _program("live", web, live):
        times, asked = _stretches(web, live, keys)
    for way in _WAYS[1:]:
        with_them, alone = p95(times[way]), p95(times["alone"])
        yield Ratio(
            f"desk page at p95 beside {AGENTS} agents {way}, of alone",
            with_them / alone,
            2,
            False,
            f"{with_them * 1000:.0f} ms of {alone * 1000:.0f} ms; {asked[way]}",
        )


def _stretches(
    web: int, live: int, keys: list[str]
) -> tuple[dict[str, list[float]], dict[str, str]]:
    times: dict[str, list[float]] = defaultdict(list)
    asked: dict[str, str] = {}
    life = _Life()
    # The first ones make the workers warm and are not counted.
    _ask_for_a_while(web, keys[-1], life, 5)
    for _ in range(_STRETCHES):
        for way in _WAYS:
            with _crowd(way, web, live, keys[:AGENTS]) as said:
                times[way] += _ask_for_a_while(web, keys[-1], life, _SECONDS)
            asked[way] = said()
    return times, asked


def _ask_for_a_while(port: int, key: str, life: "_Life", seconds: float) -> list[float]:
    """How long a desk page took each time, over and over for so many seconds."""
    until = time.monotonic() + seconds
    times = []
    while time.monotonic() < until:
        life.go_on()
        start = time.perf_counter()
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        client.request("GET", "/desk", headers={"Cookie": f"sessionid={key}"})
        answer = client.getresponse()
        body = answer.read()
        client.close()
        if answer.status != http.HTTPStatus.OK:
            raise SystemExit(f"/desk answered {answer.status}: {body[:200]!r}")
        times.append(time.perf_counter() - start)
        time.sleep(_REST)
    return times


class _Life:
    """A matter logged every second: for one agent, then for their team, then for the next agent."""

    def __init__(self) -> None:
        from crm.accounts.models import User

        people = User.objects.filter(username__startswith="bench-", teams__isnull=False)
        self._people = list(people.order_by("pk").values_list("pk", "teams"))
        self._next, self._number = time.monotonic(), 0

    def go_on(self) -> None:
        from crm.access import SYSTEM
        from interactions.processes.log_interaction import log_interaction

        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 1
        self._number += 1
        owner, team = self._people[self._number * 7 // 2 % len(self._people)]
        log_interaction(
            customer_id=None,
            channel="phone",
            subject=f"Contact {self._number}",
            team_id=team,
            owner_id=owner if self._number % 2 else None,
            actor=SYSTEM,
        )


def _signed_in() -> list[str]:
    """Sessions of all agents, as signing in would have made them, and one more for who measures."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from crm.accounts.models import User

    def session(person: User) -> str:
        kept: Any = SessionStore()
        kept[SESSION_KEY] = str(person.pk)
        kept[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        kept[HASH_SESSION_KEY] = person.get_session_auth_hash()
        kept.create()
        return str(kept.session_key)

    people = [User.objects.get(username=f"bench-{number}") for number in range(AGENTS)]
    return [session(person) for person in [*people, people[1]]]


@contextmanager
def _crowd(way: str, web: int, live: int, keys: list[str]) -> Iterator[Any]:
    """The open desks in a process of their own; what they asked and got is said at the end."""
    if way == "alone":
        yield lambda: ""
        return
    command = [sys.executable, "-m", "tests.bench.open_desks", way, str(web), str(live)]
    crowd = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert crowd.stdin
    assert crowd.stdout
    said: dict[str, Any] = {}
    try:
        crowd.stdin.write(json.dumps(keys) + "\n")
        if crowd.stdout.readline().strip() != "open":
            raise SystemExit("The desks did not open.")
        yield lambda: _told(said)
        crowd.stdin.close()
        said |= json.loads(crowd.stdout.readline())
    finally:
        crowd.kill()
        crowd.wait()


def _told(said: dict[str, Any]) -> str:
    """What the open desks asked, unless they were refused: then nothing was measured."""
    if said["failed"] > _FAILED * said["asked"] or said["open"] < AGENTS:
        raise SystemExit(f"The open desks were not served: {said}")
    return (
        f"{said['asked'] / said['seconds']:.0f} questions a second,"
        f" {said['unchanged'] / max(said['asked'], 1):.0%} unchanged"
    )


@contextmanager
def _program(which: str, web: int, live: int) -> Iterator[None]:
    """The web server or the stream, as the supervisor of `make run` starts them."""
    from crm.management.commands.up import LIVE, WEB

    environment = os.environ | {
        "PORT": str(web),
        "CRM_LIVE_PORT": str(live),
        "CRM_BIND": "127.0.0.1",
        "LOG_LEVEL": "WARNING",
        "GUNICORN_CMD_ARGS": "--log-level warning",
    }
    server = subprocess.Popen(WEB if which == "web" else LIVE, env=environment)
    try:
        _wait_for(web if which == "web" else live)
        yield
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            client.request("GET", "/livez")
            client.getresponse().read()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"Nothing answers on port {port}.")
