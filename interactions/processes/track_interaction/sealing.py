"""Seal the timelines, so that whoever changes one behind our back is found out.

Events are sealed a little after they were written, a batch at a time and each matter in a chain of
its own: it goes to the archive with its seals and comes back whole.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, timedelta
from itertools import groupby, takewhile
from typing import Final

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from interactions.models import InteractionEvent, TimelineSeal

# Ids are given before commit: an event this young may still have an invisible neighbour.
_SETTLED: Final = timedelta(seconds=120)
_LOCK_KEY: Final = 6210_0002
_NO_END: Final = 2**31 - 1


def seal_timelines(limit: int) -> int:
    """Seal at most `limit` events that have settled; one sealer at a time."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK_KEY])
            (mine,) = cursor.fetchone() or (False,)
        return _seal(limit) if mine else 0


def _seal(limit: int) -> int:
    sealed_to = TimelineSeal.objects.aggregate(at=Max("last_event"))["at"] or 0
    settled_before = timezone.now() - _SETTLED
    next_ones = InteractionEvent.objects.filter(pk__gt=sealed_to).order_by("pk")[:limit]
    # Only as far as all have settled: a younger one among them would be passed over for ever.
    rows = list(takewhile(lambda row: row.recorded_at < settled_before, next_ones))
    by_matter = sorted(rows, key=lambda row: (row.interaction_id, row.seq))
    before = _last_seals({row.interaction_id for row in rows})
    seals = []
    for pk, events in groupby(by_matter, key=lambda row: row.interaction_id):
        last = before.get(pk)
        new = [row for row in events if last is None or row.seq > last.last_seq]
        if new:
            seals.append(
                TimelineSeal(
                    interaction_id=pk,
                    first_seq=new[0].seq,
                    last_seq=new[-1].seq,
                    last_event=max(row.pk for row in new),
                    digest=_digest(last.digest if last else "", new),
                )
            )
    TimelineSeal.objects.bulk_create(seals)
    return len(seals)


def timeline_is_whole(*, interaction_id: int, after: int = 0, upto: int | None = None) -> bool:
    """Whether the events of a matter are those that were sealed, none less and none in between.

    Asked about some of them, nothing is read but what was sealed together with these: each seal
    stands on the digest of the one before, as it is stored.
    """
    seals = TimelineSeal.objects.filter(interaction=interaction_id).order_by("last_seq")
    last = seals.filter(last_seq__lte=after).last() if after else None
    before, reached = (last.digest, last.last_seq) if last else ("", 0)
    about = list(seals.filter(last_seq__gt=after, first_seq__lte=upto or _NO_END))
    # What nobody sealed yet is only counted.
    start = reached if about else after
    end = max([upto or _NO_END, *(seal.last_seq for seal in about)])
    rows = InteractionEvent.objects.filter(interaction=interaction_id, seq__gt=start, seq__lte=end)
    events = list(rows.order_by("seq"))
    for seal in about:
        sealed = events[seal.first_seq - start - 1 : seal.last_seq - start]
        if seal.first_seq != reached + 1 or _digest(before, sealed) != seal.digest:
            return False
        before, reached = seal.digest, seal.last_seq
    return [row.seq for row in events] == list(range(start + 1, start + len(events) + 1))


def _last_seals(matters: set[int]) -> dict[int, TimelineSeal]:
    found = TimelineSeal.objects.filter(interaction__in=matters).order_by(
        "interaction_id", "-last_seq"
    )
    return {seal.interaction_id: seal for seal in found.distinct("interaction_id")}


def _digest(before: str, rows: Iterable[InteractionEvent]) -> str:
    sha = hashlib.sha256(before.encode())
    for row in rows:
        parts = [
            row.seq,
            row.type,
            row.occurred_at.astimezone(UTC).isoformat(),
            row.recorded_at.astimezone(UTC).isoformat(),
            row.actor_id,
            row.actor_name,
            row.channel,
            row.data,
        ]
        sha.update(json.dumps(parts, separators=(",", ":"), sort_keys=True).encode())
    return sha.hexdigest()
