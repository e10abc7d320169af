"""Who else has this open, and what somebody began to write: in the database, for all processes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from crm.access import Actor
from interactions.live import being_read
from interactions.models import Reading

_HERE: Final = timedelta(seconds=40)
_WRITING: Final = timedelta(minutes=10)
_BOX: Final = ("body", "kind", "channel", "language")
_LONGEST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Reader:
    """A colleague on the same page."""

    name: str
    writing: bool


def come_in(interaction_id: int, actor: Actor, *, idle: timedelta | None = None) -> list[Reader]:
    """Say that I am here and how long I touched nothing; answers with who else is here."""
    now = timezone.now()
    mine = Reading.objects.filter(interaction=interaction_id, user=actor.pk)
    if not mine.filter(seen_at__gt=now - _HERE).seen(now, idle=idle):
        if not mine.seen(now, idle=idle):
            Reading.objects.get_or_create(
                interaction_id=interaction_id,
                user_id=_person(actor),
                defaults={"seen_at": now, "attended_at": None if idle is None else now},
            )
        being_read(interaction_id)
    others = (
        Reading.objects.filter(interaction=interaction_id, seen_at__gt=now - _HERE)
        .exclude(user=actor.pk)
        .select_related("user")
        .order_by("user__first_name", "pk")
    )
    return [
        Reader(
            str(other.user),
            bool(other.draft)
            and other.drafted_at is not None
            and other.drafted_at > now - _WRITING,
        )
        for other in others
    ]


def draft(interaction_id: int, actor: Actor) -> dict[str, Any]:
    """What I began to write here; no restart and no empty cache loses it."""
    kept = Reading.objects.filter(interaction=interaction_id, user=actor.pk).first()
    return dict(kept.draft) if kept else {}


def keep_draft(interaction_id: int, actor: Actor, said: dict[str, Any]) -> None:
    if not said.get("body", "").strip():
        drop_draft(interaction_id, actor)
        return
    now = timezone.now()
    begun = draft(interaction_id, actor)
    Reading.objects.update_or_create(
        interaction_id=interaction_id,
        user_id=_person(actor),
        defaults={"draft": said, "drafted_at": now, "seen_at": now},
    )
    if not begun:
        being_read(interaction_id)


def _person(actor: Actor) -> int:
    """Pages are seen by people; the product itself reads none."""
    return actor.pk or 0


def drop_draft(interaction_id: int, actor: Actor) -> None:
    kept = Reading.objects.filter(interaction=interaction_id, user=actor.pk).exclude(draft={})
    if kept.update(draft={}, drafted_at=None):
        being_read(interaction_id)


def written(posted: Mapping[str, Any], interaction_id: int, actor: Actor) -> dict[str, Any]:
    """What stands in the answer box; without script it is not sent along, but its draft is kept."""
    if "body" in posted:
        return {name: str(posted.get(name, ""))[:_LONGEST] for name in _BOX}
    return dict.fromkeys(_BOX, "") | {"kind": "reply"} | draft(interaction_id, actor)
