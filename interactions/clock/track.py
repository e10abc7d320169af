"""The counting set of one clock: working time of the calendars in turn, less the pauses."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from interactions.clock.calendar import Calendar, Versions

Pause = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Track:
    """Where a clock counts from `start` on; a pause without end is still open."""

    start: int
    calendars: Versions
    pauses: tuple[Pause, ...] = ()

    def consumed(self, until: int) -> int:
        """Seconds of [start, until) that count."""
        total = 0
        for begin, end, calendar in self.lanes():
            if begin >= until:
                break
            total += calendar.measure(begin, until if end is None else min(end, until))
        return total

    def reach(self, amount: int) -> int | None:
        """Earliest instant at which `amount` seconds are consumed; None if never."""
        if amount <= 0:
            return self.start
        for begin, end, calendar in self.lanes():
            at = calendar.reach(begin, amount, until=end)
            if at is not None or end is None:
                return at
            amount -= calendar.measure(begin, end)
        return None

    def lanes(self) -> Iterator[tuple[int, int | None, Calendar]]:
        """Unpaused stretches (from, to or None, calendar) in order."""
        for begin, end, calendar in self.stretches():
            at: int | None = begin
            for pause_from, pause_to in self.pauses:
                if at is None or (end is not None and pause_from >= end):
                    break
                if pause_to is not None and pause_to <= at:
                    continue
                if pause_from > at:
                    yield at, pause_from, calendar
                at = pause_to
            if at is not None and (end is None or at < end):
                yield at, end, calendar

    def stretches(self) -> Iterator[tuple[int, int | None, Calendar]]:
        """Spans (from, to or None, calendar) of one calendar version each."""
        for index, (begin, calendar) in enumerate(self.calendars):
            last = index + 1 == len(self.calendars)
            end = None if last else self.calendars[index + 1][0]
            low = max(begin, self.start) if index else self.start
            if end is None or low < end:
                yield low, end, calendar


def union(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    """Overlapping and touching pauses made one."""
    joined: list[Pause] = []
    for begin, end in sorted(pauses, key=lambda pause: pause[0]):
        if end is not None and end <= begin:
            continue
        if not joined or (joined[-1][1] is not None and joined[-1][1] < begin):
            joined.append((begin, end))
            continue
        before = joined[-1]
        if before[1] is not None:
            joined[-1] = (before[0], None if end is None else max(end, before[1]))
    return tuple(joined)
