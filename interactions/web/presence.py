"""Who else has this open, and what somebody began to write: kept for minutes and for days."""

import time
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from crm.access import Actor

_READING_SECONDS = 40
_DRAFT_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Reader:
    """A colleague on the same page."""

    name: str
    writing: bool


def come_in(interaction_id: int, actor: Actor, name: str) -> list[Reader]:
    """Say that I am here; answers with who else is."""
    key = f"reading:{interaction_id}"
    now = time.time()
    here: dict[int, tuple[str, float]] = cache.get(key) or {}
    here = {pk: seen for pk, seen in here.items() if now - seen[1] < _READING_SECONDS}
    here[actor.pk or 0] = (name, now)
    cache.set(key, here, _READING_SECONDS)
    others = [(pk, seen[0]) for pk, seen in here.items() if pk != actor.pk]
    return [
        Reader(other, cache.get(_draft_key(interaction_id, pk)) is not None) for pk, other in others
    ]


def draft(interaction_id: int, actor: Actor) -> dict[str, Any]:
    """What I began to write here."""
    kept: dict[str, Any] | None = cache.get(_draft_key(interaction_id, actor.pk))
    return kept or {}


def keep_draft(interaction_id: int, actor: Actor, said: dict[str, Any]) -> None:
    if said.get("body", "").strip():
        cache.set(_draft_key(interaction_id, actor.pk), said, _DRAFT_SECONDS)
    else:
        drop_draft(interaction_id, actor)


def drop_draft(interaction_id: int, actor: Actor) -> None:
    cache.delete(_draft_key(interaction_id, actor.pk))


def _draft_key(interaction_id: int, user_id: int | None) -> str:
    return f"draft:{interaction_id}:{user_id}"
