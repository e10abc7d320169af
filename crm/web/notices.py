"""Tell staff something on screen: once per cause, however often it is asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone, translation
from django.utils.functional import Promise

from crm.access import Actor
from crm.gathering import insert_unless_there
from crm.languages import spoken
from crm.live import calling, topics
from crm.web.models import AgentNotice
from crm.web.times import zone


def notify(
    user_ids: Iterable[int],
    *,
    level: str,
    title: str | Promise,
    dedupe_key: str,
    body: str | Promise = "",
    url: str = "",
) -> int:
    """Leave a notice for each user, lazy text as they read it; says how many were new."""
    people = get_user_model().objects.filter(pk__in=set(user_ids), is_active=True)
    before = AgentNotice.objects.filter(dedupe_key=dedupe_key).count()
    notify_people(people, level=level, title=title, dedupe_key=dedupe_key, body=body, url=url)
    return AgentNotice.objects.filter(dedupe_key=dedupe_key).count() - before


def notify_people(
    people: Iterable[Any],
    *,
    level: str,
    title: str | Promise,
    dedupe_key: str,
    body: str | Promise = "",
    url: str = "",
) -> None:
    """The same for active users who were read already, in one batch with others or alone."""
    rows = []
    for person in people:
        with (
            translation.override(spoken(person.language)),
            timezone.override(zone(person.time_zone)),
        ):
            rows.append(
                AgentNotice(
                    user_id=person.pk,
                    level=AgentNotice.Level(level),
                    title=str(title)[:200],
                    body=str(body),
                    url=url,
                    dedupe_key=dedupe_key,
                )
            )
    insert_unless_there(*rows)
    calling.call(f"notices:{row.user_id}" for row in rows)


@dataclass(frozen=True)
class Bell:
    """What the bell shows: how many are unread, and the newest one's id."""

    unread: int
    newest: int


def bell(user_id: int) -> Bell:
    """The bell of one user, from one index scan."""
    ids = list(
        AgentNotice.objects.for_user(user_id)
        .unread()
        .order_by("-id")
        .values_list("id", flat=True)[:100]
    )
    return Bell(unread=len(ids), newest=ids[0] if ids else 0)


def withdraw(dedupe_key: str) -> int:
    """What it called for is done: whoever has not read it need not."""
    standing = AgentNotice.objects.unread().filter(dedupe_key=dedupe_key)
    people = list(standing.values_list("user_id", flat=True))
    standing.update(read_at=timezone.now())
    calling.call(f"notices:{user_id}" for user_id in people)
    return len(people)


def _rooms(actor: Actor, _key: str) -> topics.Rooms:
    return frozenset({f"notices:{actor.pk}"})


topics.register("notices", _rooms, quiet_for=1.0)


def mark_read(user_id: int, notice_ids: Iterable[int] | None = None) -> int:
    """Mark some or all notices of one user as read."""
    unread = AgentNotice.objects.for_user(user_id).unread()
    if notice_ids is not None:
        unread = unread.filter(pk__in=set(notice_ids))
    return unread.update(read_at=timezone.now())
