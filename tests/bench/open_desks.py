"""Open desks without a browser: they hear and ask what the script of the page hears and asks.

A program of its own: session keys come by a line of standard input, "open" is said when every desk
is, and when the input ends what was asked and got is said in a line of JSON.
"""

import asyncio
import json
import random
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from html import unescape

_EVERY = 15.0
_CALM = 28.0
_SCATTER = 0.4
_OPENED_AT_ONCE = 8
_TEAM_DESKS = 8
_NEWS = re.compile(r'id="queue-tabs" hx-get="([^"]*)"')
_TOPICS = re.compile(r'data-live="([^"]*)"')
_BELL = re.compile(r'hx-get="(/notices/bell[^"]*)"')
_ROWS = re.compile(r'data-row="(\d+)\.([^"]*)"')

counted: Counter[str] = Counter()


@dataclass
class Part:
    """One part of a desk that asks again: its address, its tag, when it last asked."""

    address: str
    etag: str = ""
    asked_at: float = field(default_factory=time.monotonic)


class Desk:
    """One open page: of one's own work, and each eighth of the team's."""

    def __init__(self, key: str, number: int, web: int, live: int) -> None:
        self._key, self._web, self._live = key, web, live
        self._path = "/desk" if number % _TEAM_DESKS else "/desk?tab=team"
        self._rows: dict[str, str] = {}
        self._parts: dict[str, Part] = {}
        # The loop itself holds a task only weakly.
        self._asking: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        status, _etag, body = await self._get(self._path, whole=True)
        if status != 200:
            raise SystemExit(f"{self._path} answered {status}: {body[:200]}")
        news, bell = _NEWS.search(body), _BELL.search(body)
        if news is None or bell is None:
            raise SystemExit("The desk names no address to ask for news.")
        self._rows = dict(_ROWS.findall(body))
        queue, notices = sorted(_TOPICS.findall(body), key=lambda topic: topic == "notices")
        self._parts = {queue: Part(unescape(news[1])), notices: Part(unescape(bell[1]))}
        # It has stood open for a while: what it asks has a tag.
        for part in self._parts.values():
            await self._ask(part)
        counted["open"] += 1

    async def poll(self, *, streaming: bool) -> None:
        """Each fifteen seconds, and with the stream only when nothing was asked for a while."""
        # Pages were opened at any moment of the past.
        await asyncio.sleep(random.uniform(0, _EVERY))
        while True:
            for part in self._parts.values():
                if not streaming or time.monotonic() - part.asked_at >= _CALM:
                    await self._ask(part)
            await asyncio.sleep(_EVERY)

    async def listen(self) -> None:
        topics = "&".join(f"topic={topic}" for topic in self._parts)
        reader, _writer = await self._request(self._live, f"/live?{topics}")
        event = ""
        async for line in reader:
            said = line.decode().strip()
            if said.startswith("event: "):
                event = said.removeprefix("event: ")
            elif said.startswith("data: ") and event == "changed":
                for topic in json.loads(said.removeprefix("data: "))["topics"]:
                    counted["told"] += 1
                    asking = asyncio.create_task(self._soon(self._parts[topic]))
                    self._asking.add(asking)
                    asking.add_done_callback(self._asking.discard)
            elif event == "ready":
                counted["streams"] += 1
                event = ""
        counted["failed"] += 1

    async def _soon(self, part: Part) -> None:
        await asyncio.sleep(random.uniform(0, _SCATTER))
        await self._ask(part)

    async def _ask(self, part: Part) -> None:
        part.asked_at = time.monotonic()
        counted["asked"] += 1
        address = part.address
        if "/news" in address:
            shown = ",".join(f"{pk}.{mark}" for pk, mark in self._rows.items())
            address = f"{address}&shown={shown}"
        status, etag, body = await self._get(address, part.etag)
        part.etag = etag or part.etag
        self._rows |= _ROWS.findall(body)
        counted["unchanged"] += status == 304
        counted["failed"] += status not in {200, 304}

    async def _get(self, path: str, etag: str = "", *, whole: bool = False) -> tuple[int, str, str]:
        fragment = "" if whole else "HX-Request: true\r\n"
        known = f"If-None-Match: {etag}\r\n" if etag else ""
        reader, writer = await self._request(self._web, path, fragment + known)
        head, _blank, body = (await reader.read()).decode().partition("\r\n\r\n")
        writer.close()
        found = re.search(r"^etag: (.*)$", head, re.IGNORECASE | re.MULTILINE)
        return int(head.split(" ", 2)[1]), found[1].strip() if found else "", body

    async def _request(
        self, port: int, path: str, more: str = ""
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        said = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{more}"
            f"Cookie: sessionid={self._key}\r\nConnection: close\r\n\r\n"
        )
        writer.write(said.encode())
        return reader, writer


async def main(way: str, web: int, live: int) -> None:
    keys = json.loads(sys.stdin.readline())
    desks = [Desk(key, number, web, live) for number, key in enumerate(keys)]
    for some in range(0, len(desks), _OPENED_AT_ONCE):
        await asyncio.gather(*(desk.open() for desk in desks[some : some + _OPENED_AT_ONCE]))
    streaming = way == "streaming"
    loop = asyncio.get_running_loop()
    open_ones = [loop.create_task(desk.poll(streaming=streaming)) for desk in desks]
    if streaming:
        open_ones += [loop.create_task(desk.listen()) for desk in desks]
    await asyncio.sleep(2)
    counted.subtract({name: counted[name] for name in ("asked", "unchanged", "told")})
    started = time.monotonic()
    sys.stdout.write("open\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    if streaming:
        counted["open"] = min(counted["open"], counted["streams"])
    names = ("open", "asked", "unchanged", "told", "failed")
    said = {name: counted[name] for name in names} | {"seconds": time.monotonic() - started}
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    for one in open_ones:
        one.cancel()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:])))
