"""Integer UTC seconds and the two ways people write them."""

import re
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

_WRITTEN: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


def seconds(moment: datetime) -> int:
    """UTC seconds of an aware datetime; a fraction is cut, never rounded up."""
    if moment.tzinfo is None:
        raise ValueError("the SLA clock takes aware datetimes only")
    return int(moment.timestamp() // 1)


def moment(at: int) -> datetime:
    """The aware UTC datetime of an instant."""
    return datetime.fromtimestamp(at, tz=UTC)


def read_instant(text: str) -> int:
    """UTC seconds of an ISO 8601 text that carries `Z` or an offset."""
    if not _WRITTEN.match(text):
        raise ValueError(f"{text!r} is not an instant such as 2026-01-13T09:00:00Z")
    written = datetime.fromisoformat(text)
    if written.tzinfo is None:
        raise ValueError(f"{text!r} has neither Z nor an offset: it could be any hour")
    return seconds(written)


def write_instant(at: int) -> str:
    """`YYYY-MM-DDTHH:MM:SSZ`."""
    return moment(at).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_local(at: int, tz: str) -> str:
    """Local wall time of a zone with its offset at that instant."""
    return datetime.fromtimestamp(at, tz=ZoneInfo(tz)).isoformat()
