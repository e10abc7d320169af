"""Who listens here: one line to Redis for the whole process, and the open pages it wakes."""

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import orjson
import redis.asyncio as redis
import structlog

from crm.live import topics

MOST_PAGES = 1000
MOST_OF_ONE = 20
_LONGEST_WAIT = 10.0
# Several steps of one click come as one message.
_TOGETHER = 0.15


class Page:
    """One open page: the topics it asked for, and what it has not been told yet."""

    def __init__(self, person: int) -> None:
        self.person = person
        self.topics_by_room: dict[str, set[str]] = {}
        self._changed: set[str] = set()
        self._told_at: dict[str, float] = {}
        self._wake = asyncio.Event()

    def hear(self, room: str) -> None:
        self._changed |= self.topics_by_room.get(room, set())
        self._wake.set()

    async def next(self, patience: float) -> list[str]:
        """The topics to tell now; empty when nothing is to be said for `patience` seconds."""
        clock = asyncio.get_running_loop().time
        until = clock() + patience
        while True:
            self._wake.clear()
            ready = sorted(topic for topic in self._changed if self._may_tell_at(topic) <= clock())
            if ready:
                await asyncio.sleep(_TOGETHER)
                self._changed.difference_update(ready)
                self._told_at.update(dict.fromkeys(ready, clock()))
                return ready
            later = [self._may_tell_at(topic) for topic in self._changed]
            rest = min([until, *later]) - clock()
            if rest <= 0 and not later:
                return []
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), max(rest, 0.01))
            if clock() >= until:
                return []

    def _may_tell_at(self, topic: str) -> float:
        told = self._told_at.get(topic)
        return 0.0 if told is None else told + topics.quiet_for(topic)


class House:
    """All open pages of this process, by the rooms they listen in."""

    def __init__(self) -> None:
        self._pages: dict[str, set[Page]] = defaultdict(set)
        self._of_person: Counter[int] = Counter()
        self.connected = False

    def full_for(self, person: int) -> bool:
        return self._of_person.total() >= MOST_PAGES or self._of_person[person] >= MOST_OF_ONE

    @contextlib.contextmanager
    def let_in(self, page: Page) -> Iterator[None]:
        self._of_person[page.person] += 1
        try:
            yield
        finally:
            self.seat(page, {})
            self._of_person[page.person] -= 1

    def seat(self, page: Page, rooms_by_topic: dict[str, topics.Rooms]) -> None:
        """Let a page listen in these rooms, and in no others."""
        for room in page.topics_by_room:
            self._pages[room].discard(page)
            if not self._pages[room]:
                del self._pages[room]
        page.topics_by_room = {}
        for topic, rooms in rooms_by_topic.items():
            for room in rooms:
                page.topics_by_room.setdefault(room, set()).add(topic)
                self._pages[room].add(page)

    def call(self, rooms: Iterable[str]) -> None:
        for room in rooms:
            for page in self._pages.get(room, ()):
                page.hear(room)

    async def listen(self, url: str, channel: str) -> None:
        """Hear what is called out until cancelled; a Redis that fails is asked again later."""
        wait = 0.5
        while True:
            client = redis.Redis.from_url(url, socket_connect_timeout=2, health_check_interval=20)
            try:
                async with client.pubsub() as line:
                    await line.subscribe(channel)
                    self.connected, wait = True, 0.5
                    async for said in line.listen():
                        if said["type"] == "message":
                            self.call(orjson.loads(said["data"]))
            except (redis.RedisError, OSError, orjson.JSONDecodeError) as problem:
                structlog.get_logger(__name__).warning("live.deaf", problem=str(problem))
            finally:
                self.connected = False
                with contextlib.suppress(redis.RedisError, OSError):
                    await client.aclose()
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)
