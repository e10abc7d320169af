"""Letters: a scan with what it says, dated by the day it came and not by the day it was scanned."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from interactions.channels import plain
from interactions.channels.by_hand import send, why_not
from interactions.channels.contract import Incoming

__all__ = ["read", "send", "why_not"]


def read(raw: bytes, about: Mapping[str, Any], /) -> Incoming:
    """`number` is the customer number on the letter; `received_on` the day on our stamp."""
    body = plain.body_of(raw)
    return plain.message(
        body,
        sender="",
        conversation="",
        occurred_at=_day(plain.word(body, "received_on")),
        text=plain.words(body, "text") or plain.word(body, "subject"),
        more={"person": True, "reason": plain.word(body, "reason", 60)},
    )


def _day(said: str) -> datetime | None:
    try:
        day = datetime.fromisoformat(said).date()
    except ValueError:
        return None
    zone = ZoneInfo(settings.CRM_TIME_ZONE)
    return datetime.combine(day, time(), zone).astimezone(UTC)
