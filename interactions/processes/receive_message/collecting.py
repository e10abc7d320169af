"""Collect mail from our mailboxes over IMAP: read, kept, and left where it is.

One worker reads a mailbox at a time, by a lease. Each mail is kept in the same transaction that
moves the cursor, so a worker killed at any point loses nothing and keeps nothing twice. Numbers
are only good under the server's UIDVALIDITY: when that changes, everything is read again, and what
is known is recognised by its bytes.
"""

import imaplib
import re
import ssl
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from crm.errors import RuleBroken
from interactions.governed.channels import MOST_BYTES
from interactions.models import MailboxCursor
from interactions.processes.receive_message.keeping import keep, open_for

_log = structlog.get_logger(__name__)
_LEASE: Final = timedelta(minutes=3)
_TIMEOUT: Final = 20
_AT_ONCE: Final = 200
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)")
_UID: Final = re.compile(rb"\d+")


class Gone(Exception):
    """Somebody else reads this mailbox now."""


def mailboxes() -> list[str]:
    """The names of the mailboxes this installation reads."""
    return sorted(settings.CRM_MAILBOXES)


def collect(name: str) -> int:
    """Keep what is new in one mailbox; says how many mails were new to us.

    Nothing is read while the channel is off, or while another worker reads.
    """
    try:
        most = int(open_for("email").get("most_bytes", MOST_BYTES))
    except RuleBroken:
        return 0
    token = uuid.uuid4()
    cursor = _lease(name, token)
    if cursor is None:
        return 0
    try:
        with _connected(settings.CRM_MAILBOXES[name]) as (imap, folder):
            kept = _read(imap, folder, cursor, token, most)
    except Gone:
        return 0
    except (imaplib.IMAP4.error, OSError, ValueError) as problem:
        _log.warning("mailbox.not_read", mailbox=name, problem=repr(problem))
        _end(name, token, problem=repr(problem))
        return 0
    _end(name, token)
    return kept


def _lease(name: str, token: uuid.UUID) -> MailboxCursor | None:
    MailboxCursor.objects.bulk_create([MailboxCursor(name=name)], ignore_conflicts=True)
    now = timezone.now()
    free = MailboxCursor.objects.filter(Q(lease_until=None) | Q(lease_until__lte=now), pk=name)
    if not free.update(lease_token=token, lease_until=now + _LEASE):
        return None
    return MailboxCursor.objects.get(pk=name)


def _end(name: str, token: uuid.UUID, problem: str = "") -> None:
    now = timezone.now()
    ours = MailboxCursor.objects.filter(pk=name, lease_token=token)
    if problem:
        ours.filter(failing_since=None).update(failing_since=now)
        ours.update(lease_until=None, last_error=problem[:300])
    else:
        ours.update(lease_until=None, last_error="", failing_since=None, read_at=now)


@contextmanager
def _connected(url: str) -> Iterator[tuple[imaplib.IMAP4, str]]:
    """`imaps://user:password@host/INBOX`; `imap+tls` begins in the clear and upgrades."""
    parts = urlsplit(url)
    host, folder = parts.hostname or "", unquote(parts.path.lstrip("/")) or "INBOX"
    imap: imaplib.IMAP4
    if parts.scheme == "imaps":
        context = ssl.create_default_context()
        imap = imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=context, timeout=_TIMEOUT)
    else:
        imap = imaplib.IMAP4(host, parts.port or 143, timeout=_TIMEOUT)
        if parts.scheme == "imap+tls":
            imap.starttls(ssl.create_default_context())
    try:
        imap.login(unquote(parts.username or ""), unquote(parts.password or ""))
        yield imap, folder
    finally:
        # A server that hangs must not keep us from the next mailbox.
        imap.shutdown()


def _read(
    imap: imaplib.IMAP4, folder: str, cursor: MailboxCursor, token: uuid.UUID, most: int
) -> int:
    answer, said = imap.select(f'"{folder}"', readonly=True)
    if answer != "OK":
        raise ValueError(f"The folder {folder} can't be opened: {said!r}")
    validity = int((imap.response("UIDVALIDITY")[1] or [b"0"])[0] or 0)
    last = cursor.last_uid if validity == cursor.uidvalidity else 0
    new = 0
    for uid in _numbers_after(imap, last)[:_AT_ONCE]:
        fetched = _fetch(imap, uid, most)
        if fetched is not None:
            new += _keep(cursor.pk, token, (validity, uid), fetched)
    return new


def _numbers_after(imap: imaplib.IMAP4, last: int) -> list[int]:
    _answer, found = imap.uid("SEARCH", f"UID {last + 1}:*")
    numbers = {int(number) for line in found if line for number in _UID.findall(line)}
    # `n:*` names the last mail even when its number is smaller than n.
    return sorted(number for number in numbers if number > last)


def _fetch(imap: imaplib.IMAP4, uid: int, most: int) -> tuple[bytes, datetime, int] | None:
    """(the mail, when the server got it, its size); of one that is too large only the head."""
    _answer, about = imap.uid("FETCH", str(uid), "(RFC822.SIZE INTERNALDATE)")
    line = next((_line(one) for one in about if one and b"RFC822.SIZE" in _line(one)), b"")
    found = _SIZE.search(line)
    if found is None:
        return None
    size = int(found[1])
    part = "BODY.PEEK[]" if size <= most else "BODY.PEEK[HEADER]"
    _answer, parts = imap.uid("FETCH", str(uid), f"({part})")
    raw = next((one[1] for one in parts if isinstance(one, tuple)), None)
    return None if raw is None else (raw, _instant(line), size if size > most else 0)


def _line(one: Any) -> bytes:
    return one[0] if isinstance(one, tuple) else bytes(one)


def _instant(line: bytes) -> datetime:
    """When the server received it: the date in the mail is whatever its writer likes."""
    parts = imaplib.Internaldate2tuple(line)
    return datetime.fromtimestamp(time.mktime(parts), UTC) if parts else timezone.now()


@transaction.atomic
def _keep(
    name: str, token: uuid.UUID, number: tuple[int, int], fetched: tuple[bytes, datetime, int]
) -> bool:
    validity, uid = number
    raw, received_at, too_large = fetched
    ours = MailboxCursor.objects.select_for_update().filter(pk=name, lease_token=token).first()
    if ours is None:
        raise Gone(name)
    about: dict[str, Any] = {"uid": uid, "uidvalidity": validity}
    if too_large:
        about["too_large"] = too_large
    _row, new = keep(
        channel="email", source=f"imap:{name}", raw=raw, about=about, received_at=received_at
    )
    ours.uidvalidity, ours.last_uid = validity, uid
    ours.lease_until = timezone.now() + _LEASE
    ours.save(update_fields=["uidvalidity", "last_uid", "lease_until"])
    return new
