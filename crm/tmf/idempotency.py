"""The same call with the same Idempotency-Key happens once and is answered alike."""

import hashlib
from datetime import timedelta

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import sql
from crm.pruning import prune
from crm.tmf.errors import CONTENT_TYPE, Refused
from crm.tmf.models import IdempotentAnswer

LONGEST_KEY = 200
KEPT_FOR = timedelta(hours=24)
_ABANDONED = timedelta(seconds=90)
_KEPT_HEADERS = ("Location", "ETag")


def fingerprint(request: HttpRequest) -> str:
    """What makes two calls the same: method, path, query and body."""
    sha = hashlib.sha256()
    for part in (
        (request.method or "").encode(),
        request.get_full_path().encode(),
        request.content_type.encode() if request.content_type else b"",
        request.body,
    ):
        sha.update(len(part).to_bytes(8, "big") + part)
    return sha.hexdigest()


def claim(request: HttpRequest, owner_id: int, key: str) -> IdempotentAnswer | HttpResponse:
    """The row to fill in, or the answer that was given before; 422 and 409 as the draft says."""
    if len(key) > LONGEST_KEY:
        raise Refused(
            400,
            "invalid-idempotency-key",
            _("An Idempotency-Key has at most %(most)d characters.") % {"most": LONGEST_KEY},
        )
    mark = fingerprint(request)
    row = IdempotentAnswer(owner_id=owner_id, key=key, fingerprint=mark)
    if _insert(row):
        return row
    kept = IdempotentAnswer.objects.get(owner_id=owner_id, key=key)
    if kept.fingerprint != mark:
        raise Refused(
            422, "idempotency-key-reused", _("This Idempotency-Key belongs to another call.")
        )
    if kept.status_code is not None:
        return _again(kept)
    # The writer stores its answer in the transaction of its effect: no answer after this time
    # means that nothing was written.
    now = timezone.now()
    taken = IdempotentAnswer.objects.filter(
        pk=kept.pk, status_code=None, created_at__lt=now - _ABANDONED
    ).update(created_at=now)
    if not taken:
        raise Refused(409, "in-progress", _("The first call with this Idempotency-Key still runs."))
    return kept


def _insert(row: IdempotentAnswer) -> bool:
    """Write the row unless there is one: a question less than to look first, at every call."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.text("tmf/claim_key.sql"),
            {
                "owner": row.owner_id,
                "key": row.key,
                "fingerprint": row.fingerprint,
                "at": row.created_at,
            },
        )
        found = cursor.fetchone()
    if found is None:
        return False
    row.pk, row._state.adding = found[0], False
    return True


def _again(kept: IdempotentAnswer) -> HttpResponse:
    return HttpResponse(
        bytes(kept.body),
        status=kept.status_code,
        content_type=CONTENT_TYPE,
        headers={**kept.headers, "Idempotent-Replayed": "true"},
    )


def keep(row: IdempotentAnswer, response: HttpResponse) -> None:
    """Store the answer; called inside the transaction of the effect."""
    row.status_code = response.status_code
    row.headers = {
        name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers
    }
    row.body = response.content
    row.save(update_fields=["status_code", "headers", "body"])


def release(row: IdempotentAnswer) -> None:
    """Nothing was done: the key is free again."""
    IdempotentAnswer.objects.filter(pk=row.pk, status_code=None).delete()


def forget_old() -> int:
    """Forget answers older than a day."""
    return prune(IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - KEPT_FOR))
