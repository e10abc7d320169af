"""Why this time: the clock's own account, row by row, in the words and hours of its calendar."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.access import Actor
from crm.web import times
from interactions import clock as engine
from interactions.processes.track_interaction import Explained, explain
from interactions.web import wording

_HOUR, _MINUTE = 3600, 60


@dataclass(frozen=True, slots=True)
class Why:
    """A trace as the component draws it."""

    title: str
    note: str
    spans: list[dict[str, Any]]
    end: str
    total: str
    clock_id: int = 0


def why(clock_id: int, actor: Actor) -> Why:
    """The trace of one clock."""
    return trace(explain(clock_id=clock_id, actor=actor))


def trace(told: Explained) -> Why:
    """The account of a clock that was folded already."""
    with timezone.override(ZoneInfo(told.tz)):
        last = told.rows[-1]
        due = engine.moment(last.start) if last.start is not None else None
        total = last.total if due else last.total + last.seconds
        return Why(
            title=_("Why %(time)s?") % {"time": times.instant(due)} if due else _("Why no time?"),
            note=_note(told),
            spans=[span for row in told.rows[:-1] for span in _spans(row, told.view.now)],
            end=_end(due, last),
            total=_hours(total),
            clock_id=told.clock.pk,
        )


def _note(told: Explained) -> str:
    agreement = wording.target(told.clock.target)
    return _("%(what)s, rule “%(rule)s”, %(zone)s") % {
        "what": agreement,
        "rule": told.rule,
        "zone": told.tz,
    }


def _end(due: datetime | None, last: engine.Row) -> str:
    if due is not None:
        return _("Due %(time)s") % {"time": times.instant_full(due)}
    return {
        "paused": _("Stopped: due again when the pause ends, with this left to count"),
        "cancelled": _("Cancelled"),
        "calendar_never_opens": _("The calendar never opens"),
    }.get(last.reason, "")


def _spans(row: engine.Row, now: int) -> Iterator[dict[str, Any]]:
    counting = row.kind is engine.RowKind.COUNTING
    inside = counting and row.start is not None and row.end is not None
    if inside and row.start < now < row.end:  # type: ignore[operator]  # both are set
        rest = (row.end or 0) - now
        yield _span(row, (row.start, now), _("Counts, now"), row.seconds - rest, row.total - rest)
        yield _span(row, (now, row.end), _("Still to count"), rest, row.total)
        return
    adds = row.seconds if counting else 0
    yield _span(row, (row.start, row.end), _what(row, now), adds, row.total)


def _span(
    row: engine.Row, between: tuple[int | None, int | None], what: str, adds: int, total: int
) -> dict[str, Any]:
    return {
        "when": _when(*between),
        "what": what,
        "adds": _hours(adds) if adds else "",
        "total": _hours(total),
        "counts": row.kind is engine.RowKind.COUNTING,
        "paused": row.kind is engine.RowKind.PAUSED,
    }


def _what(row: engine.Row, now: int) -> str:
    if row.kind is engine.RowKind.COUNTING:
        return _("Still to count") if row.start is not None and row.start >= now else _("Counts")
    if row.kind is engine.RowKind.CLOSED:
        because = {
            "weekend": _("weekend"),
            "night": _("night"),
            "break": _("break"),
            "holiday": row.detail or _("holiday"),
        }.get(row.reason, "")
        return _("Closed, %(why)s") % {"why": because} if because else _("Closed")
    if row.kind is engine.RowKind.PAUSED:
        because = {
            "waiting_customer": _("waiting for the customer"),
            "waiting_partner": _("waiting for a partner"),
        }.get(row.reason, row.reason)
        return _("Paused, %(why)s") % {"why": because}
    return {
        engine.RowKind.DST: _("The clocks change"),
        engine.RowKind.RETARGET: _("The promise changed"),
        engine.RowKind.CALENDAR: _("Another calendar applies"),
    }.get(row.kind, "")


def _when(start: int | None, end: int | None) -> str:
    if start is None:
        return ""
    begin = timezone.localtime(engine.moment(start))
    if end is None or end == start:
        return date_format(begin, "D H:i")
    until = timezone.localtime(engine.moment(end))
    same = begin.date() == until.date()
    return f"{date_format(begin, 'D H:i')}–{date_format(until, 'H:i' if same else 'D H:i')}"


def _hours(seconds: int) -> str:
    return f"{seconds // _HOUR}:{seconds % _HOUR // _MINUTE:02d}"
