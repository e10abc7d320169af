"""One figure of one window, whole and cut along one dimension."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from interactions.governed import kpis
from interactions.processes.report_interaction import keeping
from interactions.processes.report_interaction.periods import EARLIEST, PERIODS, Span, periods
from interactions.processes.report_interaction.slices import MOST_SLICES, VALUES
from readiness.registry.measures import Measure

LONGEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Figure:
    """What a measure came to in a window, whether that is final, and what its parts came to."""

    measure: Measure
    span: Span
    row: Mapping[str, Any]
    complete: bool
    slices: Mapping[str, Mapping[str, Any]]
    # When the oldest of what is told was worked out; nothing where the rows were asked just now.
    as_of: datetime | None


def measure_figure(
    *,
    key: str,
    start: datetime,
    end: datetime,
    scope: Mapping[str, Any] | None = None,
    by: str = "",
    actor: Actor,
) -> Figure:
    """One figure of the catalogue from an instant until before another, and its parts."""
    require(actor, "interactions.report_interaction")
    measure = next((one for one in kpis.EVERY if one.key == key), None)
    if measure is None:
        raise RuleBroken("figure-unknown", _("There is no such figure."), field="id", kind="input")
    now = timezone.now()
    span = _window(start, end, now)
    asked = {name: value for name, value in (scope or {}).items() if value}
    if by and by not in VALUES:
        raise RuleBroken(
            "dimension-unknown",
            _("A figure is cut by one of %(list)s.") % {"list": ", ".join(sorted(VALUES))},
            field="by",
            kind="input",
        )
    values = list(VALUES[by]())[:MOST_SLICES] if by and by not in asked else []
    row, at = _asked(measure, span, asked, now)
    parts = {str(v): _asked(measure, span, {**asked, by: v}, now) for v in values}
    return Figure(
        measure=measure,
        span=span,
        row=row,
        complete=end + timedelta(days=measure.matures_days) <= now,
        slices={name: part for name, (part, _at) in parts.items()},
        as_of=min(
            (when for when in (at, *(told for _part, told in parts.values())) if when), default=None
        ),
    )


def _window(start: datetime, end: datetime, now: datetime) -> Span:
    if not EARLIEST <= start < min(end, now) or end - start > LONGEST:
        raise RuleBroken(
            "window-wrong",
            _("A figure needs a window of the past: from before to, %(n)d days at the most.")
            % {"n": LONGEST.days},
            field="to",
            kind="input",
        )
    return Span(start, min(end, now), end)


def _asked(
    measure: Measure, span: Span, asked: Mapping[str, Any], now: datetime
) -> tuple[dict[str, Any], datetime | None]:
    """Of a day, week or month what is kept of it; of another window the rows are asked."""
    question = keeping.question(measure)
    at: datetime | None = None
    if any(_same(periods(name, span.start, now)[-1], span) for name in PERIODS):
        sheet = keeping.answers([(question, span)], asked, now)
        row = sheet.of(measure.key, [span])[0]
        at = sheet.made_at[measure.key, span.start]
    else:
        row = question.ask(span, asked)
    told = {
        name: json.loads(value) if name.startswith("by_") and isinstance(value, str) else value
        for name, value in row.items()
    }
    return told, at


def _same(one: Span, other: Span) -> bool:
    return (one.start, one.until) == (other.start, other.until)
