"""The telephone: what was said comes as a transcript; calls themselves are told by the exchange."""

from collections.abc import Mapping
from typing import Any

from interactions.channels import plain
from interactions.channels.by_hand import send, why_not
from interactions.channels.contract import Incoming

__all__ = ["read", "send", "why_not"]


def read(raw: bytes, about: Mapping[str, Any], /) -> Incoming:
    """A voice message: the number it came from, and its words or its recording."""
    body = plain.body_of(raw)
    sender = plain.number(plain.word(body, "from", 320))
    return plain.message(
        body, sender=sender, conversation="", text=plain.words(body, "text") or "Voice message"
    )
