"""Take texts and receipts from the SMS centre: kept first, answered then, so that nothing is lost.

What is not kept is not answered for, and the centre brings it again. The parts of a long text wait
for each other unanswered; when one does not come, the others are kept as they are.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import orjson
import structlog
from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from crm.errors import RuleBroken
from interactions.channels.smpp import pdu
from interactions.channels.smpp.session import Session, place
from interactions.models import MailboxCursor
from interactions.processes.receive_message.keeping import keep

SOURCE: Final = "smpp"
_log = structlog.get_logger(__name__)
_TICK: Final = 1.0
_QUIET: Final = 30.0
_PARTS_WAIT: Final = 5.0
_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 60.0
# Brought again within this time, the same words of the same sender are the same text.
_SAME: Final = 120
_Part = tuple[pdu.Pdu, pdu.Delivered]


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
        _keep(session, [(came, said)])
        return
    reference, number, total = said.part
    whole = waiting.setdefault((said.sender, reference, total), _Long(time.monotonic()))
    whole.parts[number] = (came, said)
    if len(whole.parts) >= total:
        del waiting[said.sender, reference, total]
        _keep(session, [whole.parts[one] for one in sorted(whole.parts)])


def _flush(
    session: Session, waiting: dict[tuple[str, int, int], _Long], *, older_than: float
) -> None:
    late = [key for key, one in waiting.items() if time.monotonic() - one.since > older_than]
    for key in late:
        for number in sorted(waiting[key].parts):
            _keep(session, [waiting[key].parts[number]])
        del waiting[key]


def _keep(session: Session, together: list[_Part]) -> None:
    """One text, in one part or several; each part is answered for when all of it is kept."""
    status = pdu.OK
    try:
        keep(channel="sms", source=SOURCE, raw=_body([said for _came, said in together]))
    except RuleBroken as off:
        # Switched off: the centre keeps it and tries again.
        _log.info("sms_centre.not_taken", because=off.message)
        status = pdu.TEMPORARY
    for came, _said in together:
        session.answer(came, status=status)


def _body(parts: list[pdu.Delivered]) -> bytes:
    """In the spelling every channel has."""
    first = parts[0]
    if first.is_receipt and first.receipted and first.state:
        body = {"type": "report", "message": first.receipted, "status": first.state}
    elif first.is_receipt:
        body = {"type": "receipt", "text": first.text}
    else:
        text = "".join(part.text for part in parts)
        body = {"type": "message", "from": first.sender, "to": first.to, "text": text}
        body["id"] = _once(body)
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)


def _once(body: dict[str, str]) -> str:
    """SMPP gives a text no id of its own."""
    told = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()[:24]
    return f"{told}-{int(timezone.now().timestamp()) // _SAME}"


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
