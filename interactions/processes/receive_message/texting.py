"""Take texts and receipts from the SMS centre: kept first, answered then, so that nothing is lost.

What is not kept is not answered for, and the centre brings it again. The parts of a long text wait
for each other unanswered; when one does not come, the others are kept as they are.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import orjson
import structlog
from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from crm.errors import RuleBroken
from crm.ids import new_id
from interactions.channels.smpp import pdu
from interactions.channels.smpp.session import Session, place
from interactions.models import Inbound, MailboxCursor
from interactions.processes.receive_message.keeping import keep

SOURCE: Final = "smpp"
_log = structlog.get_logger(__name__)
_TICK: Final = 1.0
_QUIET: Final = 30.0
_PARTS_WAIT: Final = 5.0
_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 60.0
# Brought again within this time of being kept, the same words of the same sender are the same text;
# with a number of the sender's device they are for longer, until its numbers come round.
_SAME_WORDS: Final = timedelta(minutes=2)
_SAME_NUMBER: Final = timedelta(hours=1)


@dataclass
class _Part:
    """One PDU's worth of text, and everything the centre brought it by: each is answered for."""

    said: pdu.Delivered
    came: list[pdu.Pdu]


@dataclass
class _Long:
    """The parts of one long text that came so far."""

    since: float
    parts: dict[int, _Part] = field(default_factory=dict)


def listen(go_on: Callable[[], bool]) -> None:
    """Stay bound to the centre as long as it is wanted; bind again after every break."""
    where, wait = place(settings.CRM_SMPP_URL), _FIRST_WAIT
    while go_on():
        try:
            session = Session(where, receives=True)
            _mark("")
            wait = _FIRST_WAIT
            _serve(session, go_on)
        except OSError as problem:
            _log.warning("sms_centre.away", problem=repr(problem))
            _mark(repr(problem))
            until = time.monotonic() + wait
            while go_on() and time.monotonic() < until:
                time.sleep(min(_TICK, wait))
            wait = min(wait * 2, _LONGEST_WAIT)


def _serve(session: Session, go_on: Callable[[], bool]) -> None:
    waiting: dict[tuple[str, int, int], _Long] = {}
    try:
        while go_on():
            close_old_connections()
            came = session.came(_TICK)
            if came is not None:
                _take(session, came, waiting)
            elif time.monotonic() - session.used_at > _QUIET:
                session.alive()
                _mark("")
            _flush(session, waiting, older_than=_PARTS_WAIT)
        session.leave()
    finally:
        session.close()


def _take(session: Session, came: pdu.Pdu, waiting: dict[tuple[str, int, int], _Long]) -> None:
    try:
        said = pdu.delivered(came.body)
    except pdu.Malformed as problem:
        # Brought again it would read no better, and stand before all others for ever.
        _log.warning("sms_centre.unreadable", problem=repr(problem))
        session.answer(came, status=pdu.PERMANENT)
        return
    if said.part is None or said.is_receipt:
        _keep(session, [_Part(said, [came])])
        return
    if _known([said]):
        # Of a long text that is kept: alone it would stand beside it as a fragment.
        session.answer(came)
        return
    reference, number, total = said.part
    key = said.sender, reference, total
    held = waiting[key].parts.get(number) if key in waiting else None
    if held is not None and held.said == said:
        held.came.append(came)
        return
    if held is not None:
        # Another text under the same reference, which has one octet: the first was never whole.
        _keep_apart(session, waiting.pop(key))
    whole = waiting.setdefault(key, _Long(time.monotonic()))
    whole.parts[number] = _Part(said, [came])
    if len(whole.parts) >= total:
        del waiting[key]
        _keep(session, [whole.parts[one] for one in sorted(whole.parts)])


def _flush(
    session: Session, waiting: dict[tuple[str, int, int], _Long], *, older_than: float
) -> None:
    late = [key for key, one in waiting.items() if time.monotonic() - one.since > older_than]
    for key in late:
        _keep_apart(session, waiting.pop(key))


def _keep_apart(session: Session, whole: _Long) -> None:
    for number in sorted(whole.parts):
        _keep(session, [whole.parts[number]])


def _keep(session: Session, together: list[_Part]) -> None:
    """One text, in one part or several; each part is answered for when all of it is kept."""
    status = pdu.OK
    try:
        _keep_once([part.said for part in together])
    except RuleBroken as off:
        # Switched off: the centre keeps it and tries again.
        _log.info("sms_centre.not_taken", because=off.message)
        status = pdu.TEMPORARY
    for part in together:
        for came in part.came:
            session.answer(came, status=status)


@transaction.atomic
def _keep_once(parts: list[pdu.Delivered]) -> None:
    told = [_told(said) for said in parts]
    with connection.cursor() as cursor:
        # Two receivers that are brought the same look one after the other.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sms:{told[0]}"])
    if parts[0].is_receipt or not _known(parts):
        keep(channel="sms", source=SOURCE, raw=_body(parts), about={"told": told})


def _known(parts: list[pdu.Delivered]) -> bool:
    """Whether these are kept already: by their own id for ever, else so long as it may be them."""
    if any(said.named for said in parts):
        return False
    numbered = all(said.part is not None or said.reference is not None for said in parts)
    since = timezone.now() - (_SAME_NUMBER if numbered else _SAME_WORDS)
    lately = Inbound.objects.filter(channel="sms", received_at__gt=since, source=SOURCE)
    return lately.filter(about__told__contains=[_told(said) for said in parts]).exists()


def _told(said: pdu.Delivered) -> str:
    """The same each time the centre brings it."""
    words = [said.sender, said.to, said.text, said.part, said.reference]
    return hashlib.sha256(orjson.dumps(words)).hexdigest()[:24]


def _body(parts: list[pdu.Delivered]) -> bytes:
    """In the spelling every channel has."""
    first = parts[0]
    body: dict[str, str]
    if first.is_receipt:
        # Whose answer we missed is known to us by no id: by our own reference, or where it went.
        about = {"to": first.sender}
        if first.reference is not None:
            about["reference"] = str(first.reference)
        if first.named and first.state:
            body = {"type": "report", "message": first.named, "status": first.state, **about}
        else:
            body = {"type": "receipt", "text": first.text, **about}
    else:
        text = "".join(part.text for part in parts)
        body = {"type": "message", "from": first.sender, "to": first.to, "text": text}
        # One of our own where the centre gives none: what is no repeat is a text of its own.
        body["id"] = first.named or str(new_id())
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)


def _mark(problem: str) -> None:
    """Shown beside the mailboxes: read until when, or failing since when."""
    now = timezone.now()
    MailboxCursor.objects.bulk_create([MailboxCursor(name=SOURCE)], ignore_conflicts=True)
    row = MailboxCursor.objects.filter(pk=SOURCE)
    if problem:
        row.filter(failing_since=None).update(failing_since=now)
        row.update(last_error=problem[:300])
    else:
        row.update(last_error="", failing_since=None, read_at=now)
