"""The stream over real sockets: who may listen, what is said, and how it ends."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client

from crm.live.calling import call
from tests.browser.conftest import a_user
from tests.live_program import LiveProgram

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_heard")]


class Listener:
    """One open page: what it was answered, line by line."""

    def __init__(self, port: int, query: str, **headers: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=8)
        sent = {"Host": f"localhost:{port}", **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        self._socket.sendall(f"GET /live?{query} HTTP/1.1\r\n{lines}\r\n".encode())
        self._read = self._socket.makefile("rb")
        self.status = int(self._read.readline().split()[1])
        self.headers = dict(self._header_lines())

    def _header_lines(self) -> Iterator[tuple[str, str]]:
        while (line := self._read.readline().decode().strip()) != "":
            name, _colon, value = line.partition(":")
            yield name.lower(), value.strip()

    def next(self) -> tuple[str, list[str]]:
        """The next event: its name and the topics it tells."""
        name = ""
        while line := self._read.readline().decode():
            if line.startswith("event: "):
                name = line.removeprefix("event: ").strip()
            elif line.startswith("data: "):
                return name, json.loads(line.removeprefix("data: ")).get("topics", [])
        return "end", []

    def close(self) -> None:
        self._read.close()
        self._socket.close()


@contextmanager
def listening(port: int, query: str = "topic=notices", **headers: str) -> Iterator[Listener]:
    page = Listener(port, query, **headers)
    try:
        yield page
    finally:
        page.close()


def cookie_of(role: str) -> tuple[int, str]:
    person = a_user(role)
    client = Client()
    client.force_login(get_user_model().objects.get(pk=person))
    return person, f"sessionid={client.cookies['sessionid'].value}"


def called(*rooms: str) -> None:
    with transaction.atomic():
        call(rooms)


def test_page_hears_what_it_asked_for_and_nothing_else(shared_program: LiveProgram) -> None:
    person, cookie = cookie_of("agent")
    with listening(shared_program.port, "topic=notices&topic=nonsense", Cookie=cookie) as page:
        assert page.status == 200
        assert page.headers["content-type"].startswith("text/event-stream")
        assert page.next() == ("ready", [])
        called(f"notices:{person + 1}")
        called(f"notices:{person}")

        assert page.next() == ("changed", ["notices"])


def test_what_a_transaction_took_back_is_not_called_out(shared_program: LiveProgram) -> None:
    person, cookie = cookie_of("agent")
    with listening(shared_program.port, Cookie=cookie) as page:
        page.next()
        with transaction.atomic():
            call([f"notices:{person}"])
            transaction.set_rollback(True)
        page._socket.settimeout(1)

        with pytest.raises(TimeoutError):
            page.next()


@pytest.mark.parametrize("cookie", ["", "sessionid=made-up", "sessionid", "other=1"])
def test_stranger_hears_nothing(shared_program: LiveProgram, cookie: str) -> None:
    with listening(shared_program.port, Cookie=cookie) as page:
        assert page.status == 401


def test_somebody_signed_out_is_a_stranger(shared_program: LiveProgram) -> None:
    _person, cookie = cookie_of("agent")
    client = Client()
    client.cookies["sessionid"] = cookie.partition("=")[2]
    client.post("/logout")
    with listening(shared_program.port, Cookie=cookie) as page:
        assert page.status == 401


def test_only_pages_of_this_host_may_read(shared_program: LiveProgram) -> None:
    _person, cookie = cookie_of("agent")
    ours, theirs = "http://localhost:8000", "https://evil.example"
    with listening(shared_program.port, Cookie=cookie, Origin=ours) as page:
        assert page.headers["access-control-allow-origin"] == ours
        assert page.headers["access-control-allow-credentials"] == "true"
    with listening(shared_program.port, Cookie=cookie, Origin=theirs) as page:
        assert page.status == 404
    with listening(shared_program.port, Cookie=cookie, Host="evil.example", Origin=theirs) as page:
        assert page.status == 404


def test_one_person_has_so_many_pages_and_no_more(shared_program: LiveProgram) -> None:
    _person, cookie = cookie_of("agent")
    pages = [Listener(shared_program.port, "topic=notices", Cookie=cookie) for _n in range(21)]
    try:
        assert [page.status for page in pages] == [200] * 20 + [503]
        pages.pop(0).close()
        until = time.monotonic() + 5
        while pages[-1].status != 200:
            assert time.monotonic() < until
            pages.pop().close()
            pages.append(Listener(shared_program.port, "topic=notices", Cookie=cookie))
    finally:
        for page in pages:
            page.close()


def test_open_pages_hold_no_connection_each(shared_program: LiveProgram) -> None:
    _person, cookie = cookie_of("agent")
    pages = [Listener(shared_program.port, "topic=notices", Cookie=cookie) for _n in range(10)]
    try:
        assert [page.next()[0] for page in pages] == ["ready"] * 10
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            (others,) = cursor.fetchone()
        assert others <= 2
    finally:
        for page in pages:
            page.close()


def test_program_ends_at_once_with_pages_open() -> None:
    program = LiveProgram()
    program.start()
    _person, cookie = cookie_of("agent")
    with listening(program.port, Cookie=cookie) as page:
        page.next()
        began = time.monotonic()

        assert program.stop(signal.SIGTERM) == 0
        assert time.monotonic() - began < 6
        assert page.next() == ("end", [])


def test_without_redis_pages_are_told_to_poll() -> None:
    _person, cookie = cookie_of("agent")
    program = LiveProgram(redis_url="redis://127.0.0.1:1/0")
    program.start()
    try:
        with listening(program.port, Cookie=cookie) as page:
            assert page.status == 503
    finally:
        program.stop()
