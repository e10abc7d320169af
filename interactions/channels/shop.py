"""The shop: a visit told by the till or the queue screen, with the desk and the number drawn."""

from collections.abc import Mapping
from typing import Any

from interactions.channels import plain
from interactions.channels.by_hand import send, why_not
from interactions.channels.contract import Incoming

__all__ = ["read", "send", "why_not"]


def read(raw: bytes, about: Mapping[str, Any], /) -> Incoming:
    body = plain.body_of(raw)
    where = {name: plain.word(body, name, 60) for name in ("store", "desk", "ticket")}
    said = plain.words(body, "text") or " ".join(part for part in where.values() if part)
    return plain.message(
        body,
        sender="",
        conversation="",
        text=said,
        more={"person": True, "visit": where, "reason": plain.word(body, "reason", 60)},
    )
