"""Working time by definition: an instant works iff its local wall time lies in an open interval."""

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from interactions.clock import zones
from interactions.clock.hours import (
    DAY,
    WEEKDAYS,
    CalendarError,
    DayException,
    Intervals,
    read_exceptions,
    read_weekly,
)

# Beyond this many seconds (60 years) a clock counts as one that never comes due.
HORIZON: Final = 60 * 366 * DAY


@dataclass(frozen=True)
class Calendar:
    """One immutable calendar version.

    The sum of open seconds is closed-form on the naive local axis (whole weeks plus what the
    exceptions add), so measuring a year costs as much as measuring an hour. Daylight saving
    needs no rule: each run of constant offset reads its own stretch of the local axis, a
    repeated hour is read twice and a skipped one never.
    """

    tz: str = "UTC"
    weekly: tuple[Intervals, ...] = ((),) * 7
    exceptions: tuple[DayException, ...] = ()
    always: bool = False
    name: str = field(default="", compare=False)
    _prefix: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _special: dict[int, DayException] = field(init=False, repr=False, compare=False)
    _special_days: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _special_sums: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.weekly) != len(WEEKDAYS):
            raise CalendarError("a weekly pattern has seven days")
        try:
            ZoneInfo(self.tz)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise CalendarError(f"{self.tz!r} is not a time zone of the tz database") from None
        prefix = [0]
        for intervals in self.weekly:
            prefix.append(prefix[-1] + _length(intervals))
        special = {e.day: e for e in sorted(self.exceptions, key=lambda e: e.day)}
        sums = [0]
        for day, exception in special.items():
            usual = _length(self.weekly[_weekday(day)])
            sums.append(sums[-1] + _length(exception.intervals) - usual)
        object.__setattr__(self, "_prefix", tuple(prefix))
        object.__setattr__(self, "_special", special)
        object.__setattr__(self, "_special_days", tuple(special))
        object.__setattr__(self, "_special_sums", tuple(sums))

    @classmethod
    def from_dict(cls, config: Mapping[str, Any], *, name: str = "") -> Self:
        """Read the shape of `sla-cases/1`: tz, weekly, exceptions, always.

        An exception is a list of intervals or `{"name": …, "intervals": […]}`.
        """
        if not isinstance(config, Mapping):
            raise CalendarError("a calendar is an object with tz, weekly and exceptions")
        return cls(
            tz=str(config.get("tz") or config.get("timezone") or "UTC"),
            weekly=read_weekly(config.get("weekly")),
            exceptions=read_exceptions(config.get("exceptions")),
            always=bool(config.get("always", False)),
            name=name or str(config.get("name") or ""),
        )

    @classmethod
    def from_json(cls, text: str) -> "Calendar":
        """Read a stored configuration; equal texts share one object."""
        return _from_json(text)

    def working(self, at: int) -> bool:
        """Whether one instant counts: the definition that everything else agrees with."""
        if self.always:
            return True
        day, second = divmod(at + zones.offset_at(self.tz, at), DAY)
        return any(start <= second < end for start, end in self._intervals_of(day))

    def measure(self, start: int, end: int) -> int:
        """Working seconds in [start, end)."""
        if end <= start:
            return 0
        if self.always:
            return end - start
        return sum(
            self._open_before(until + offset) - self._open_before(at + offset)
            for at, until, offset in zones.runs(self.tz, start, end)
        )

    def reach(self, start: int, amount: int, *, until: int | None = None) -> int | None:
        """Earliest t with measure(start, t) == amount; None if not by `until` or ever."""
        if amount <= 0:
            return start
        last = self._last_useful(start) if until is None else min(until, self._last_useful(start))
        if self.always:
            return start + amount if start + amount <= last else None
        for at, end, offset in zones.runs(self.tz, start, last):
            before = self._open_before(at + offset)
            here = self._open_before(end + offset) - before
            if here >= amount:
                return self._invert(before + amount, at + offset, end + offset) - offset
            amount -= here
        return None

    def spans(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Working spans that lie in [start, end), in order, joined where they touch."""
        pending: tuple[int, int] | None = None
        for at, until in self._pieces(start, end):
            if pending and pending[1] == at:
                pending = (pending[0], until)
                continue
            if pending:
                yield pending
            pending = (at, until)
        if pending:
            yield pending

    def why_closed(self, day: int) -> tuple[str, str]:
        """Reason of a closed time on a local date: (`holiday`|`weekend`|`closed`|`night`, name)."""
        exception = self._special.get(day)
        if exception is not None and not exception.intervals:
            return "holiday", exception.name
        if exception is not None or self.weekly[_weekday(day)]:
            return "night", ""
        return ("weekend" if _weekday(day) >= WEEKDAYS.index("sat") else "closed"), ""

    def within_hours(self, day: int, second: int) -> bool:
        """Whether a local time of day lies between the first opening and the last closing."""
        intervals = self._intervals_of(day)
        return bool(intervals) and intervals[0][0] <= second < intervals[-1][1]

    def _pieces(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        if self.always:
            yield start, end
            return
        for at, until, offset in zones.runs(self.tz, start, end):
            first, last = at + offset, until + offset
            for day in range(first // DAY, (last - 1) // DAY + 1):
                for opens, closes in self._intervals_of(day):
                    low = max(first, day * DAY + opens)
                    high = min(last, day * DAY + closes)
                    if low < high:
                        yield low - offset, high - offset

    def _intervals_of(self, day: int) -> Intervals:
        exception = self._special.get(day)
        return self.weekly[_weekday(day)] if exception is None else exception.intervals

    def _open_before_day(self, day: int) -> int:
        weeks, weekday = divmod(day + 3, 7)
        usual = weeks * self._prefix[7] + self._prefix[weekday]
        return usual + self._special_sums[bisect_left(self._special_days, day)]

    def _open_before(self, local: int) -> int:
        """Open seconds before a naive local second, up to a constant."""
        day, second = divmod(local, DAY)
        total = self._open_before_day(day)
        for opens, closes in self._intervals_of(day):
            if second <= opens:
                break
            total += min(second, closes) - opens
        return total

    def _invert(self, wanted: int, low: int, high: int) -> int:
        """Earliest local second in (low, high] with `wanted` open seconds before it."""
        first, last = low // DAY, high // DAY
        while first < last:
            middle = (first + last + 1) // 2
            if self._open_before_day(middle) < wanted:
                first = middle
            else:
                last = middle - 1
        missing = wanted - self._open_before_day(first)
        for opens, closes in self._intervals_of(first):
            if missing <= closes - opens:
                return first * DAY + opens + missing
            missing -= closes - opens
        raise AssertionError("the wanted second lies in this run")

    def _last_useful(self, start: int) -> int:
        if self.always or self._prefix[7]:
            return start + HORIZON
        if not self._special_days:
            return start
        return min(start + HORIZON, (self._special_days[-1] + 3) * DAY)


# An instant from which each version applies, oldest first.
Versions = tuple[tuple[int, Calendar], ...]


@dataclass(frozen=True)
class CalendarHistory:
    """The versions of one calendar, each applying from its instant on."""

    versions: Versions

    def __post_init__(self) -> None:
        if not self.versions:
            raise CalendarError("a calendar has at least one version")
        ordered = tuple(sorted(self.versions, key=lambda version: version[0]))
        object.__setattr__(self, "versions", ordered)

    def since(self, start: int) -> Versions:
        """The version in force at `start`, dated `start`, and the later ones."""
        current = self.versions[0][1]
        later = []
        for effective_from, calendar in self.versions:
            if effective_from <= start:
                current = calendar
            elif calendar is not current:
                later.append((effective_from, calendar))
        return ((start, current), *later)


@lru_cache(maxsize=512)
def _from_json(text: str) -> Calendar:
    return Calendar.from_dict(json.loads(text))


def _weekday(day: int) -> int:
    # 1970-01-01 was a Thursday; Monday is 0.
    return (day + 3) % 7


def _length(intervals: Intervals) -> int:
    return sum(end - start for start, end in intervals)
