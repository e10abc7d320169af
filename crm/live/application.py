"""The stream of open pages, as a program of its own: `/live?topic=…` as server-sent events.

Only topics the page itself named come over the wire. Who is signed in and what they may hear is
asked when a page comes and each minute after; when this program is not there, pages poll.
"""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
import orjson
from django.conf import settings
from django.db import DatabaseError
from django.http.request import split_domain_port, validate_host

from crm.live.calling import channel
from crm.live.listening import House, Page
from crm.live.visitors import visitor

# Nothing above needs the apps before a page comes.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

BEAT_SECONDS = 15.0
LOOK_AGAIN_SECONDS = 60.0
MOST_TOPICS = 12
_LONGEST_TOPIC = 80

house = House()


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """One call of the server: its own life, or a request."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "http":
        await _answer(scope, receive, send)


async def _live(receive: Receive, send: Send) -> None:
    await receive()
    listening = asyncio.create_task(house.listen(settings.REDIS_URL, channel()))
    await send({"type": "lifespan.startup.complete"})
    await receive()
    listening.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await listening
    await send({"type": "lifespan.shutdown.complete"})


async def _answer(scope: Message, receive: Receive, send: Send) -> None:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if scope["path"] == "/livez":
        await _refuse(send, 200)
        return
    cors = _cors(headers)
    if scope["path"] != "/live" or scope["method"] != "GET" or cors is None:
        await _refuse(send, 404)
        return
    wanted = _wanted(scope["query_string"])
    key = _session(headers.get("cookie", ""))
    try:
        who = await visitor(key, wanted) if key else None
    except DatabaseError:
        await _refuse(send, 503, cors)
        return
    if who is None:
        await _refuse(send, 401, cors)
    elif house.full_for(who.person) or not house.connected:
        await _refuse(send, 503, cors)
    else:
        page = Page(who.person)
        with house.let_in(page):
            house.seat(page, who.rooms_by_topic)
            await _until_gone(receive, _stream(page, key, wanted, cors, send))


async def _until_gone(receive: Receive, streaming: Any) -> None:
    """Stream until the page is closed: the server says so to whoever waits for it."""
    task = asyncio.ensure_future(streaming)
    gone = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in (task, gone):
            one.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _stream(page: Page, key: str, wanted: list[str], cors: Headers, send: Send) -> None:
    sent: Headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        *cors,
    ]
    await send({"type": "http.response.start", "status": 200, "headers": sent})
    await _say(send, "ready", {})
    clock = asyncio.get_running_loop().time
    look_again = clock() + LOOK_AGAIN_SECONDS
    while house.connected:
        changed = await page.next(BEAT_SECONDS)
        if clock() >= look_again:
            look_again = clock() + LOOK_AGAIN_SECONDS
            if not await _still_welcome(page, key, wanted):
                break
        await _say(send, "changed" if changed else "beat", {"topics": changed})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _still_welcome(page: Page, key: str, wanted: list[str]) -> bool:
    try:
        who = await visitor(key, wanted)
    except DatabaseError:
        return False
    if who is None or who.person != page.person:
        return False
    house.seat(page, who.rooms_by_topic)
    return True


async def _say(send: Send, name: str, said: dict[str, Any]) -> None:
    body = b"event: " + name.encode() + b"\ndata: " + orjson.dumps(said) + b"\n\n"
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _refuse(send: Send, status: int, cors: Headers | None = None) -> None:
    sent: Headers = [(b"content-length", b"0"), (b"cache-control", b"no-store"), *(cors or [])]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": b""})


def _cors(headers: dict[str, str]) -> Headers | None:
    """What lets a page of ours on another port of this host read the answer; None for others."""
    host, _port = split_domain_port(headers.get("host", ""))
    if not host or not validate_host(host, settings.ALLOWED_HOSTS):
        return None
    origin = headers.get("origin", "")
    if not origin:
        return []
    if urlsplit(origin).hostname != host.strip("[]"):
        return None
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]


def _wanted(query: bytes) -> list[str]:
    try:
        asked = parse_qs(query.decode("latin-1"), max_num_fields=2 * MOST_TOPICS).get("topic", [])
    except ValueError:
        return []
    return [topic for topic in dict.fromkeys(asked) if len(topic) <= _LONGEST_TOPIC][:MOST_TOPICS]


def _session(cookies: str) -> str:
    try:
        found = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return found.value if found else ""
