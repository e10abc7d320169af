"""The telephone: calls as the exchange tells them, and voice messages.

{"type": "ringing" | "answered" | "ended", "call": …, "from": …, "to": …, "agent": login,
 "direction": "inbound" | "outbound", "at": …, "hold_seconds": …}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from interactions.channels import plain
from interactions.channels.by_hand import send, why_not
from interactions.channels.contract import Incoming, Unreadable

__all__ = ["CallEvent", "read", "send", "why_not"]

EVENTS: Final = ("ringing", "answered", "ended")
_MOST_HOLD: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One thing the exchange says about one call."""

    call: str
    event: str
    number: str
    our_number: str
    agent: str
    outbound: bool
    at: datetime | None
    hold_seconds: int


def read(raw: bytes, about: Mapping[str, Any], /) -> Incoming:
    body = plain.body_of(raw)
    if body.get("type") in EVENTS:
        event = _event(body)
        return Incoming(
            identity=f"{event.call}:{event.event}", sender=event.number, more={"call": event}
        )
    sender = plain.number(plain.word(body, "from", 320))
    return plain.message(
        body, sender=sender, conversation="", text=plain.words(body, "text") or "Voice message"
    )


def _event(body: Mapping[str, Any]) -> CallEvent:
    call = plain.word(body, "call", 120)
    if not call:
        raise Unreadable("The event names no call.")
    outbound = body.get("direction") == "outbound"
    theirs, ours = ("to", "from") if outbound else ("from", "to")
    held = body.get("hold_seconds")
    return CallEvent(
        call=call,
        event=str(body["type"]),
        number=plain.number(plain.word(body, theirs, 40))[:40],
        our_number=plain.word(body, ours, 40),
        agent=plain.word(body, "agent", 150),
        outbound=outbound,
        at=plain.moment(body, "at"),
        hold_seconds=min(held, _MOST_HOLD) if isinstance(held, int) and held > 0 else 0,
    )
