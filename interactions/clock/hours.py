"""Opening hours as people write them, read into seconds of the day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

DAY: Final = 86_400
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Intervals = tuple[tuple[int, int], ...]

_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()


class CalendarError(ValueError):
    """A calendar that cannot be read, said in one sentence."""


@dataclass(frozen=True, slots=True)
class DayException:
    """The hours of one date in place of its weekly pattern; no hours means closed."""

    day: int
    intervals: Intervals
    name: str = ""


def read_weekly(written: object) -> tuple[Intervals, ...]:
    """Hours of Monday to Sunday, keyed `1` to `7` or by name; a day left out is closed."""
    weekly: list[Intervals] = [()] * len(WEEKDAYS)
    for key, hours in _pairs(written):
        weekly[_weekday_of(key)] = _intervals(hours)
    return tuple(weekly)


def read_exceptions(written: object) -> tuple[DayException, ...]:
    """Hours of single dates, keyed by date or as a list of objects that carry one."""
    return tuple(_exception(key, hours) for key, hours in _pairs(written))


def _pairs(written: object) -> list[tuple[str, Any]]:
    if not written:
        return []
    if isinstance(written, Mapping):
        return [(str(key), value) for key, value in written.items()]
    if isinstance(written, list) and all(isinstance(row, Mapping) for row in written):
        return [(str(row.get("date") or row.get("day")), row) for row in written]
    raise CalendarError("weekly and exceptions are objects keyed by weekday or date")


def _weekday_of(key: str) -> int:
    if key in {"1", "2", "3", "4", "5", "6", "7"}:
        return int(key) - 1
    if key[:3].lower() in WEEKDAYS:
        return WEEKDAYS.index(key[:3].lower())
    raise CalendarError(f"weekday {key!r} is none of 1 (Monday) to 7 (Sunday)")


def _exception(key: str, written: Any) -> DayException:
    try:
        day = date.fromisoformat(key).toordinal() - _EPOCH_DAY
    except ValueError:
        raise CalendarError(f"exception {key!r} is not a date such as 2026-12-25") from None
    name = str(written.get("name") or "") if isinstance(written, Mapping) else ""
    return DayException(day=day, intervals=_intervals(written), name=name)


def _intervals(written: Any) -> Intervals:
    if isinstance(written, Mapping):
        written = written.get("intervals") or written.get("hours") or []
    if not isinstance(written, list | tuple | None):
        raise CalendarError("hours are a list of [start, end]")
    return _joined(sorted(_interval(pair) for pair in written or ()))


def _interval(pair: Any) -> tuple[int, int]:
    if isinstance(pair, Mapping):
        pair = [pair.get("start"), pair.get("end")]
    if not isinstance(pair, list | tuple) or len(pair) != 2:  # noqa: PLR2004 - a start and an end
        raise CalendarError(f"{pair!r} is not an interval [start, end]")
    start, end = _second_of_day(pair[0]), _second_of_day(pair[1])
    end = end or DAY
    if end <= start:
        raise CalendarError(f"interval {pair[0]}-{pair[1]} ends before it starts: split at 24:00")
    return start, end


def _second_of_day(text: object) -> int:
    parts = str(text).split(":")
    if 2 <= len(parts) <= 3 and all(part.isdecimal() for part in parts):  # noqa: PLR2004 - HH:MM[:SS]
        hours, minutes, rest = (int(part) for part in (*parts, "0")[:3])
        second = hours * 3600 + minutes * 60 + rest
        if minutes < 60 and rest < 60 and second <= DAY:  # noqa: PLR2004 - sixty is sixty
            return second
    raise CalendarError(f"{text!r} is not a time of day between 00:00 and 24:00")


def _joined(ordered: list[tuple[int, int]]) -> Intervals:
    joined: list[tuple[int, int]] = []
    for start, end in ordered:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
