"""Bodies that gateways and our own pages send as JSON: one spelling for every channel.

{"type": "message", "id": …, "from": …, "name": …, "text": …, "subject": …, "in_reply_to": …,
 "conversation": …, "sent_at": …, "attachments": [{"name": …, "type": …, "content": base64}]}
{"type": "report", "id": …, "message": …, "status": "delivered" | "failed" | …, "error": …,
 "reference": the id we gave, "to": …, "words": how it began}
"""

import binascii
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from django.conf import settings

from customers.contact_points import written
from interactions.channels import marks
from interactions.channels.contract import Enclosure, Incoming, Report, Unreadable

_LONGEST: Final = 100_000
_MOST_FILES: Final = 20
_DELIVERED: Final = frozenset(["delivered", "delivrd", "read", "seen"])
_FOR_GOOD: Final = frozenset(["failed", "undeliv", "undelivered", "rejected", "rejectd", "unknown"])
_ON_ITS_WAY: Final = frozenset(["accepted", "acceptd", "queued", "sent", "enroute", "buffered"])


def body_of(raw: bytes) -> dict[str, Any]:
    """The object that came; anything else is unreadable."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Unreadable("The body is no JSON.") from error
    if not isinstance(body, dict):
        raise Unreadable("The body is no object.")
    return body


def word(body: Mapping[str, Any], name: str, most: int = 250) -> str:
    """A short text of the body on one line; what is not a text counts as missing."""
    value = body.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return " ".join(value.replace("\x00", "").split())[:most] if isinstance(value, str) else ""


def words(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value.replace("\x00", "").strip()[:_LONGEST] if isinstance(value, str) else ""


def moment(body: Mapping[str, Any], name: str) -> datetime | None:
    """An instant with its zone; one without is not guessed at."""
    try:
        found = datetime.fromisoformat(str(body.get(name)))
    except ValueError:
        return None
    return found if found.tzinfo else None


def number(said: str) -> str:
    """A telephone number in its one spelling, or as it was said."""
    return written("mobile", said, region=settings.CRM_REGION).normalised or said


def message(body: Mapping[str, Any], *, sender: str | None = None, **more: Any) -> Incoming:
    """What was said, in the spelling above."""
    identity = word(body, "id")
    if not identity:
        raise Unreadable("The body has no id.")
    said = word(body, "from", 320) if sender is None else sender
    text = words(body, "text")
    reply_to = word(body, "in_reply_to")
    given: dict[str, Any] = {
        "identity": identity,
        "wire_id": identity,
        "text": text,
        "subject": word(body, "subject"),
        "sender": said,
        "sender_name": word(body, "name", 200),
        "references": (reply_to,) if reply_to else (),
        "threads": marks.marked([word(body, "thread")]),
        "conversation": word(body, "conversation") or said,
        "enclosures": tuple(_enclosures(body)),
        "occurred_at": moment(body, "sent_at"),
        "more": {"customer_number": word(body, "number", 60), **more.pop("more", {})},
    }
    return Incoming(**given | more)


def report(body: Mapping[str, Any]) -> Incoming:
    """What became of a message of ours."""
    ours, status = word(body, "message"), word(body, "status").lower()
    if not ours or not status:
        raise Unreadable("A report names the message and its status.")
    found = Report(
        wire_id=ours,
        delivered=status in _DELIVERED,
        permanent=status in _FOR_GOOD,
        said=f"{status} {word(body, 'error')}".strip(),
        on_its_way=status in _ON_ITS_WAY,
        **about_ours(body),
    )
    return Incoming(identity=word(body, "id") or f"{ours}:{status}", reports=(found,))


def about_ours(body: Mapping[str, Any]) -> dict[str, str]:
    """How a report names a message whose id at the carrier we may never have learnt."""
    return {
        "reference": word(body, "reference", 40),
        "to": number(to) if (to := word(body, "to", 40)) else "",
        "words": word(body, "words", 40),
    }


def either(raw: bytes) -> Incoming:
    """A message or a report, from people whose address is whatever the channel calls it."""
    body = body_of(raw)
    return report(body) if body.get("type") == "report" else message(body)


def _enclosures(body: Mapping[str, Any]) -> Iterator[Enclosure]:
    files = body.get("attachments")
    for one in files[:_MOST_FILES] if isinstance(files, list) else ():
        if not isinstance(one, dict):
            continue
        try:
            content = b64decode(str(one.get("content", "")), validate=True)
        except (binascii.Error, ValueError) as error:
            raise Unreadable("An attachment is no base64.") from error
        if content:
            name = word(one, "name", 200).replace("\\", "/").rpartition("/")[2]
            yield Enclosure(name or "attachment", word(one, "type", 100), content)
