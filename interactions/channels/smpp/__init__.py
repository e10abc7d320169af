"""SMS centres over SMPP 3.4: texts in parts, receipts, and a connection that comes back.

`CRM_SMPP_URL` names the centre. An operator's own link takes its place where `CRM_SMPP_LINK` names
one as `package.module:object`: any object with `submit`.
"""

import re
from functools import cache
from importlib import import_module
from typing import Final, Protocol

from django.conf import settings

from interactions.channels.contract import Report
from interactions.channels.outcome import Outcome, Result
from interactions.channels.smpp.centre import PutOff, Refused, centre_at
from interactions.channels.smpp.session import Unanswered, place
from interactions.models import Message

__all__ = ["Link", "PutOff", "Refused", "Unanswered", "receipt", "send", "why_not"]

_RECEIPT: Final = re.compile(r"\bid:(\S{1,64})\b.{0,200}?\bstat:([A-Z]{2,10})\b", re.S)
_ERROR: Final = re.compile(r"\berr:(\S{1,10})")
_FINAL: Final = {"DELIVRD": True, "EXPIRED": False, "DELETED": False, "UNDELIV": False,
                 "REJECTD": False, "UNKNOWN": False}  # fmt: skip
_FOR_GOOD: Final = frozenset(["UNDELIV", "REJECTD"])
_ON_ITS_WAY: Final = frozenset(["ACCEPTD", "ENROUTE"])
_WORDS: Final = re.compile(r"\b[Tt]ext:(.{1,20})", re.S)


class Link(Protocol):
    """What a link to an SMSC can do: hand one message over and return the SMSC's id of it.

    It raises `Refused` for a message the SMSC will never take, `PutOff` for one it did not take
    now, `Unanswered` for one it may have taken, OSError when it is away, and asks for a receipt.
    `key` is the same each time the same message is handed over.
    """

    def submit(self, *, to: str, sender: str, text: str, key: str) -> str: ...


def why_not() -> str:
    if settings.CRM_SMPP_LINK:
        return ""
    if not settings.CRM_SMPP_URL:
        return "CRM_SMPP_URL names no SMS centre."
    try:
        place(settings.CRM_SMPP_URL)
    except ValueError as problem:
        return str(problem)
    return ""


def send(message: Message, sender: str) -> Result:
    """Hand one message to the centre."""
    if missing := why_not():
        return Result(Outcome.AWAY, missing)
    try:
        wire_id = _link().submit(
            to=message.recipient, sender=sender, text=message.body, key=str(message.public_id)
        )
    except Refused as refused:
        return Result(Outcome.NEVER, str(refused), unreachable=refused.unreachable)
    except PutOff as problem:
        return Result(Outcome.LATER, str(problem))
    except Unanswered as problem:
        return Result(Outcome.UNSURE, repr(problem))
    except OSError as problem:
        return Result(Outcome.AWAY, repr(problem))
    return Result(Outcome.SENT, wire_id=wire_id)


def receipt(text: str) -> Report | None:
    """A receipt as SMSCs write it into the short message; None for anything else."""
    found = _RECEIPT.search(text)
    if found is None or found[2] not in _FINAL.keys() | _ON_ITS_WAY:
        return None
    error, words = _ERROR.search(text), _WORDS.search(text)
    return Report(
        wire_id=found[1],
        delivered=_FINAL.get(found[2], False),
        permanent=found[2] in _FOR_GOOD,
        said=f"{found[2]} {error[1] if error else ''}".strip(),
        on_its_way=found[2] in _ON_ITS_WAY,
        words=words[1].strip() if words else "",
    )


def _link() -> Link:
    if settings.CRM_SMPP_LINK:
        return _named(settings.CRM_SMPP_LINK)
    return centre_at(settings.CRM_SMPP_URL)


@cache
def _named(path: str) -> Link:
    module, _colon, name = path.partition(":")
    found: Link = getattr(import_module(module), name)
    return found
