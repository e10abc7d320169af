"""Channels whose customer reads the answer where they wrote: it is there, nothing is sent."""

from collections.abc import Mapping
from typing import Any

from interactions.channels import plain
from interactions.channels.contract import Incoming
from interactions.channels.outcome import Outcome, Result
from interactions.models import Message


def read(raw: bytes, about: Mapping[str, Any], /) -> Incoming:
    """Our own pages name the thread by its mark; a widget of somebody else by its conversation."""
    body = plain.body_of(raw)
    if body.get("type") == "link":
        address = plain.word(body, "from", 320).casefold()
        return Incoming(identity=plain.word(body, "id"), sender=address, more={"link": True})
    if body.get("type") == "report":
        return plain.report(body)
    sender = plain.word(body, "from", 320)
    return plain.message(
        body,
        sender=sender.casefold() if "@" in sender else sender,
        more={"reason": plain.word(body, "reason", 60)},
    )


def send(message: Message, config: Mapping[str, Any], /) -> Result:
    return Result(Outcome.SENT)


def why_not(config: Mapping[str, Any], /) -> str:
    return ""
