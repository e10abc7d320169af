"""Call out that something changed: after the commit, once a transaction, never a reason to fail.

What is called are rooms ("interaction:17"), no names and no contents. Whoever hears it asks for
the page's fragment again, and is answered as always. Nothing depends on being heard: pages poll.
"""

import os
import threading
import time
from collections.abc import Iterable
from typing import Any, ClassVar

import orjson
import redis
import structlog
from django.conf import settings
from django.db import connection, transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

_PATIENCE = 0.5
_REST_SECONDS = 5.0


def channel() -> str:
    """Where rooms are called out; Redis knows no databases here, so that ours is in the name."""
    return f"crm:live:{connection.settings_dict['NAME']}"


def call(rooms: Iterable[str]) -> None:
    """Say after the commit that something changed in these rooms."""
    held, called = _earlier_in_this_transaction()
    called.update(rooms)
    if held is None or not held <= set(connection.savepoint_ids):
        # The earlier callback would go with a savepoint that ours may outlive.
        transaction.on_commit(_AfterCommit(called), robust=True)


class _AfterCommit:
    """What one transaction calls out; several savepoints of it share one set."""

    rests_until: ClassVar[float] = 0.0

    def __init__(self, called: set[str]) -> None:
        self.called = called

    def __call__(self) -> None:
        rooms = sorted(self.called)
        self.called.clear()
        if not rooms or time.monotonic() < _AfterCommit.rests_until:
            return
        try:
            _line.say(channel(), orjson.dumps(rooms))
        except redis.RedisError as problem:
            _AfterCommit.rests_until = time.monotonic() + _REST_SECONDS
            structlog.get_logger(__name__).warning("live.unheard", problem=str(problem))


class _Line(threading.local):
    """A line to Redis for each thread, kept open: a third of what a client and its pool cost.

    Every step of every matter is called out, so this is on the way of every writing request.
    """

    connection: Any = None
    opened_for: tuple[int, str] = (0, "")

    def say(self, channel: str, said: bytes) -> None:
        """Publish; a kept line may be stale, so that a second one is tried."""
        try:
            self._publish(channel, said)
        except redis.RedisError:
            self.drop()
            self._publish(channel, said)

    def _publish(self, channel: str, said: bytes) -> None:
        wanted = (os.getpid(), settings.REDIS_URL)
        if self.connection is None or self.opened_for != wanted:
            pool = redis.ConnectionPool.from_url(
                settings.REDIS_URL, socket_timeout=_PATIENCE, retry=Retry(NoBackoff(), 0)
            )
            self.connection, self.opened_for = pool.make_connection(), wanted
        self.connection.send_command("PUBLISH", channel, said)
        self.connection.read_response()

    def drop(self) -> None:
        kept, self.connection = self.connection, None
        # What another process opened is that one's to close.
        if kept is not None and self.opened_for[0] == os.getpid():
            kept.disconnect()


_line = _Line()


def _earlier_in_this_transaction() -> tuple[set[str] | None, set[str]]:
    for held in reversed(connection.run_on_commit):
        if isinstance(held[1], _AfterCommit):
            return set(held[0]), held[1].called
    return None, set()


def call_again() -> None:
    """Forget that calling failed a moment ago (tests)."""
    _AfterCommit.rests_until = 0.0
    _line.drop()
