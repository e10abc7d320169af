"""Why a clock is due when it is: every second of its life accounted for, row by row."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from interactions.clock import zones
from interactions.clock.calendar import Calendar
from interactions.clock.hours import DAY
from interactions.clock.instants import write_instant, write_local
from interactions.clock.view import ClockView, State


class RowKind(StrEnum):
    """What a stretch of time, or an instant, did to the clock."""

    COUNTING = "counting"
    CLOSED = "closed"
    PAUSED = "paused"
    DST = "dst"
    RETARGET = "retarget"
    CALENDAR = "calendar"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: codes and plain values, so that each screen says it in its own language.

    `reason` is weekend, night, break, closed or holiday (with `detail` its name) for closed
    rows; the pause's reason; the mode of a retarget; the calendar's name; for the last row
    target_reached, paused, calendar_never_opens, cancelled or not_started.
    """

    kind: RowKind
    start: int | None
    end: int | None
    seconds: int
    total: int
    reason: str = ""
    detail: str = ""
    by: str = ""
    tz: str = "UTC"

    def as_dict(self) -> dict[str, object]:
        """For exports: instants in UTC and in local time with its offset."""
        return {
            "kind": self.kind.value,
            "from_utc": None if self.start is None else write_instant(self.start),
            "to_utc": None if self.end is None else write_instant(self.end),
            "from_local": None if self.start is None else write_local(self.start, self.tz),
            "to_local": None if self.end is None else write_local(self.end, self.tz),
            "seconds": self.seconds,
            "total": self.total,
            "reason": self.reason,
            "detail": self.detail,
            "by": self.by,
        }


def explain(view: ClockView, *, tz: str | None = None) -> tuple[Row, ...]:
    """The rows from the clock's start to its due time, or to `now` if it has none yet.

    Local times are those of each row's calendar unless a zone is asked for.
    """
    rows = _explained(view)
    return rows if tz is None else tuple(replace(row, tz=tz) for row in rows)


def _explained(view: ClockView) -> tuple[Row, ...]:
    if view.track is None or view.started_at is None:
        return (Row(RowKind.DUE, None, None, 0, 0, reason="not_started"),)
    end = _last_instant(view)
    spans = sorted(
        (*_spans(view, end), *_marks(view, end)), key=lambda row: (row.start or 0, row.end or 0)
    )
    rows, total = [], 0
    for row in spans:
        total += row.seconds if row.kind is RowKind.COUNTING else 0
        rows.append(replace(row, total=total))
    tz = view.track.calendars[-1][1].tz
    last = Row(RowKind.DUE, view.due_at, view.due_at, 0, total, _why_due(view), tz=tz)
    if view.due_at is None:
        last = replace(last, seconds=view.remaining)
    return (*rows, last)


def _last_instant(view: ClockView) -> int:
    if view.due_at is not None:
        return view.due_at
    return max(view.now if view.stopped_at is None else view.stopped_at, view.started_at or 0)


def _why_due(view: ClockView) -> str:
    if view.state is State.CANCELLED:
        return "cancelled"
    if view.due_at is not None:
        return "target_reached"
    return "paused" if view.track and view.track.pauses else "calendar_never_opens"


def _marks(view: ClockView, end: int) -> Iterator[Row]:
    """Rows without length: changes of target, of calendar version and of the zone's offset."""
    if view.track is None:
        return
    for change in view.changes:
        tz = view.track.calendars[-1][1].tz
        yield Row(
            RowKind.RETARGET, change.at, change.at, 0, 0, change.mode.value,
            f"{change.old_target} -> {change.new_target}", change.by, tz,
        )  # fmt: skip
    told = {change.at for change in view.changes}
    for at, calendar in view.track.calendars[1:]:
        if view.track.start < at < end and at not in told:
            yield Row(RowKind.CALENDAR, at, at, 0, 0, calendar.name, tz=calendar.tz)
    for begin, until, calendar in view.track.stretches():
        for at, seconds in zones.changes(calendar.tz, begin, min(until or end, end)):
            yield Row(RowKind.DST, at, at, seconds, 0, f"{seconds:+d}", tz=calendar.tz)


def _spans(view: ClockView, end: int) -> Iterator[Row]:
    if view.track is None:
        return
    for begin, until, calendar in view.track.stretches():
        stretch_end = end if until is None else min(until, end)
        at = begin
        for low, high in (*view.track.pauses, (stretch_end, stretch_end)):
            pause_from = min(max(low, at), stretch_end)
            yield from _unpaused(calendar, at, pause_from)
            pause_to = stretch_end if high is None else max(min(high, stretch_end), pause_from)
            yield from _paused(view, calendar.tz, pause_from, pause_to)
            at = max(at, pause_to)


def _unpaused(calendar: Calendar, start: int, end: int) -> Iterator[Row]:
    """Counting and closed rows; counting ones cut where the offset changes, to read true."""
    if start >= end:
        return
    at = start
    for opens, closes in (*calendar.spans(start, end), (end, end)):
        yield from _closed(calendar, at, opens)
        cuts = [opens, *(cut for cut, _ in zones.changes(calendar.tz, opens + 1, closes)), closes]
        for low, high in pairwise(cuts):
            if low < high:
                yield Row(RowKind.COUNTING, low, high, high - low, 0, tz=calendar.tz)
        at = closes


def _paused(view: ClockView, tz: str, start: int, end: int) -> Iterator[Row]:
    """One row for each set of reasons that held at the same time."""
    edges = {start, end}
    for wait in view.waits:
        edges |= {edge for edge in (wait.start, wait.end) if edge and start < edge < end}
    ordered = sorted(edges)
    for low, high in pairwise(ordered):
        holding = [w for w in view.waits if w.start <= low and (w.end is None or w.end > low)]
        reason = ", ".join(dict.fromkeys(wait.reason for wait in holding if wait.reason))
        by = ", ".join(dict.fromkeys(wait.by for wait in holding if wait.by))
        yield Row(RowKind.PAUSED, low, high, high - low, 0, reason, by=by, tz=tz)


def _closed(calendar: Calendar, start: int, end: int) -> Iterator[Row]:
    """Closed rows by reason; a night beside a closed day belongs to that day."""
    pieces = list(_closed_pieces(calendar, start, end))
    reasons = [piece[2] for piece in pieces]
    for index, (reason, _) in enumerate(reasons):
        if reason != "night":
            continue
        beside = [*reasons[index + 1 : index + 2], *reasons[max(index - 1, 0) : index]]
        whole_days = [other for other in beside if other[0] not in {"night", "break"}]
        if whole_days:
            reasons[index] = whole_days[0]
    row: Row | None = None
    for (low, high, _), (reason, name) in zip(pieces, reasons, strict=True):
        if row is not None and (row.reason, row.detail) == (reason, name):
            row = replace(row, end=high, seconds=row.seconds + high - low)
            continue
        if row is not None:
            yield row
        row = Row(RowKind.CLOSED, low, high, high - low, 0, reason, name, tz=calendar.tz)
    if row is not None:
        yield row


def _closed_pieces(
    calendar: Calendar, start: int, end: int
) -> Iterator[tuple[int, int, tuple[str, str]]]:
    """A closed gap by local date."""
    for at, until, offset in zones.runs(calendar.tz, start, end):
        low, last = at + offset, until + offset
        while low < last:
            day, second = divmod(low, DAY)
            high = min((day + 1) * DAY, last)
            reason = calendar.why_closed(day)
            if reason[0] == "night" and calendar.within_hours(day, second):
                reason = ("break", "")
            yield low - offset, high - offset, reason
            low = high
