"""Seal the access log into its hash chain, and check the chain."""

import hashlib
import json
from collections.abc import Iterable
from datetime import timedelta

from celery import shared_task
from django.db import connection, transaction
from django.utils import timezone

from crm.audit.models import Access, Seal
from crm.rounds import rounds

_BATCH = 10_000
# Ids are given before commit: a row this young may still have an invisible neighbour.
_SETTLED = timedelta(seconds=120)
_LOCK_KEY = 6210_0001


def _digest(before: str, rows: Iterable[Access]) -> str:
    sha = hashlib.sha256(before.encode())
    for row in rows:
        parts = [
            row.pk,
            row.at.isoformat(),
            row.actor_id,
            row.action,
            row.subject,
            row.subject_ids,
            row.purpose,
            row.detail,
        ]
        sha.update(json.dumps(parts, separators=(",", ":")).encode())
    return sha.hexdigest()


@shared_task(ignore_result=True)
def seal_access_log() -> None:
    """Seal what has settled since the last seal, in batches; one sealer at a time."""
    rounds(_seal_one_batch)


def _seal_one_batch() -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK_KEY])
            (mine,) = cursor.fetchone() or (False,)
        if not mine:
            return 0
        last = Seal.objects.order_by("-last").first()
        settled = Access.objects.filter(
            id__gt=last.last if last else 0, at__lt=timezone.now() - _SETTLED
        )
        rows = list(settled.order_by("id")[:_BATCH])
        if rows:
            digest = _digest(last.digest if last else "", rows)
            Seal.objects.create(first=rows[0].pk, last=rows[-1].pk, digest=digest)
        return len(rows)


def first_broken_seal() -> Seal | None:
    """The first seal whose rows no longer give its digest; None when the chain is whole."""
    before = ""
    for seal in Seal.objects.order_by("last").iterator():
        rows = Access.objects.filter(id__range=(seal.first, seal.last)).order_by("id")
        if _digest(before, rows.iterator()) != seal.digest:
            return seal
        before = seal.digest
    return None
