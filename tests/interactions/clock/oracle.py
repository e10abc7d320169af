"""A second clock that shares no code with the first: it walks through time and looks.

Calendars here are on a grid of fifteen minutes, as are all offsets of the zones used, so the
state of a cell between two grid points, pauses and switches is that of its first second.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

GRID = 900
DAYS_WALKED = 30

Config = dict[str, Any]


@lru_cache(maxsize=400_000)
def wall(tz: str, at: int) -> tuple[str, str, str]:
    """(date, weekday, HH:MM:SS) on the wall of a zone."""
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at)).astimezone(ZoneInfo(tz))
    return local.strftime("%Y-%m-%d"), str(local.isoweekday()), local.strftime("%H:%M:%S")


def working(config: Config, at: int) -> bool:
    if config.get("always"):
        return True
    day, weekday, time = wall(config["tz"], at)
    hours = config["exceptions"].get(day, config["weekly"].get(weekday, []))
    return any(start <= time < end for start, end in hours)


@dataclass
class Walk:
    """Counting time from `start`: calendars by the instant they apply from, and pauses."""

    start: int
    calendars: Sequence[tuple[int, Config]]
    pauses: Sequence[tuple[int, int | None]] = ()

    def due(self, target: int) -> int | None:
        consumed = 0
        for begin, end in self._cells(self.start + DAYS_WALKED * 86_400):
            if self._counts(begin):
                if consumed + end - begin >= target:
                    return begin + target - consumed
                consumed += end - begin
        return None

    def consumed(self, until: int) -> int:
        return sum(end - begin for begin, end in self._cells(until) if self._counts(begin))

    def _counts(self, at: int) -> bool:
        if any(begin <= at and (end is None or at < end) for begin, end in self.pauses):
            return False
        config = self.calendars[0][1]
        for since, later in self.calendars[1:]:
            config = later if since <= at else config
        return working(config, at)

    def _cells(self, until: int) -> Iterator[tuple[int, int]]:
        marks = {since for since, _ in self.calendars}
        marks |= {edge for pause in self.pauses for edge in pause if edge is not None}
        begin = self.start
        for mark in [*sorted(mark for mark in marks if mark < until), until]:
            while begin < mark:
                end = min(begin - begin % GRID + GRID, mark)
                yield begin, end
                begin = end
