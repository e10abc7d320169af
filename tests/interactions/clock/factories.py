"""Calendars, events and clocks for the tests of the SLA clock, each in one line."""

from typing import Any

from interactions.clock import (
    ANY_REASON,
    Calendar,
    ClockView,
    Event,
    Metric,
    Target,
    fold,
    fold_cycles,
    read_instant,
)

WEEKDAYS = ("1", "2", "3", "4", "5")
EVERY_DAY = (*WEEKDAYS, "6", "7")


def a_calendar(
    *hours: str, tz: str = "Europe/Berlin", days: tuple[str, ...] = WEEKDAYS, **exceptions: Any
) -> Calendar:
    """`a_calendar("09:00-17:00", d2026_12_25=[])`."""
    return Calendar.from_dict(
        {
            "tz": tz,
            "weekly": {day: [span.split("-") for span in hours] for day in days},
            "exceptions": {key[1:].replace("_", "-"): value for key, value in exceptions.items()},
        }
    )


DESK = a_calendar("09:00-17:00")
ELAPSED = Calendar(always=True)
CALENDARS = {"desk": DESK, "elapsed": ELAPSED}


def at(text: str) -> int:
    """`at("2026-02-02 09:00")`, in UTC."""
    return read_instant(f"{text.replace(' ', 'T')}Z")


def events(*rows: tuple[Any, ...]) -> list[Event]:
    """`events(("opened", "2026-02-02 09:00"), ("pause", "2026-02-02 10:00", {...}))`."""
    return [
        Event(seq=seq, type=row[0], at=at(row[1]), data=row[2] if len(row) > 2 else {})
        for seq, row in enumerate(rows, start=1)
    ]


def a_target(metric: Metric = Metric.RESOLUTION, hours: int = 8, **fields: Any) -> Target:
    fields.setdefault("seconds", hours * 3600)
    fields.setdefault("calendar", "desk")
    return Target(metric, **fields)


def a_clock(
    *rows: tuple[Any, ...], now: str = "2026-02-02 08:00", target: Target | None = None, **more: Any
) -> ClockView:
    more.setdefault("calendars", CALENDARS)
    return fold(events(*rows), target or a_target(), now=at(now), **more)


def cycles(*rows: tuple[Any, ...], now: str, target: Target) -> tuple[ClockView, ...]:
    return fold_cycles(events(*rows), target, calendars=CALENDARS, now=at(now))


ALL_PAUSES = frozenset({ANY_REASON})
