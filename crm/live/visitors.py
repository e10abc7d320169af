"""Who asks to listen, by the session of the pages, and what they may hear: short looks at the
database from a few threads, so that an open page holds no connection."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest

from crm.access import actor_for
from crm.live import topics

_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Visitor:
    """Somebody signed in, and the rooms of each topic they may hear."""

    person: int
    rooms_by_topic: dict[str, topics.Rooms]


async def visitor(session_key: str, wanted: Sequence[str]) -> Visitor | None:
    """Who this session belongs to now; None for a stranger and after signing out."""
    return await _in_thread(lambda: _visitor(session_key, wanted))


def _visitor(session_key: str, wanted: Sequence[str]) -> Visitor | None:
    request = HttpRequest()
    engine = import_module(settings.SESSION_ENGINE)
    request.session = engine.SessionStore(session_key)
    user: Any = get_user(request)
    if not user.is_authenticated or not user.is_active:
        return None
    actor = actor_for(user)
    found = {topic: topics.rooms_of(topic, actor) for topic in wanted}
    return Visitor(user.pk, {topic: rooms for topic, rooms in found.items() if rooms})


async def _in_thread(look: Callable[[], _T]) -> _T:
    def tidily() -> _T:
        close_old_connections()
        try:
            return look()
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(_THREADS, tidily)
