"""Ended periods are asked once: their answers are kept, and asked again only where rows changed.

What is kept is the measure's own answer, not a sum of smaller ones: a percentile of a month stays
the percentile of its rows. The period that still runs is always asked afresh.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.http import urlencode

from crm import sql
from crm.access import SYSTEM, Actor, require
from crm.accounts.models import Team
from interactions.governed import kpis
from interactions.models import KeptFigure, TouchedTime
from interactions.processes.report_interaction.periods import PERIODS, Span, periods
from readiness.registry.measures import Measure, measured

# As long as the triggers leave live work unnoted (models.figures.SETTLES_AFTER).
SETTLED = timedelta(hours=6)
# Longer than any report takes: what it worked out before a change is dropped when it comes to keep.
_LINGER = timedelta(minutes=10)
CHANNELS = "by-channel"

Row = dict[str, Any]
Ask = Callable[[Span], Row]


def answers(
    measures: Iterable[Measure], spans: Sequence[Span], asked: Mapping[str, Any], now: datetime
) -> dict[str, list[Row]]:
    """Each measure's row for each span, oldest first; `asked` is the slice."""
    asks: dict[str, tuple[Ask, timedelta]] = {
        measure.key: (_ask(measure, asked), timedelta(days=measure.matures_days))
        for measure in measures
    }
    return _answered(asks, spans, asked, now)


def channels(spans: Sequence[Span], asked: Mapping[str, Any], now: datetime) -> list[list[Row]]:
    """What each channel came to in each span, oldest first."""

    def ask(span: Span) -> Row:
        params = {**dict.fromkeys(kpis.SCOPE), **asked, "a": span.start, "b": span.end}
        found = sql.rows("interactions/performance_channels.sql", params)
        return {"channels": [_plain(row) for row in found]}

    rows = _answered({CHANNELS: (ask, timedelta())}, spans, asked, now)[CHANNELS]
    return [row["channels"] for row in rows]


def _ask(measure: Measure, asked: Mapping[str, Any]) -> Ask:
    return lambda span: _plain(measured(measure, a=span.start, b=span.end, **asked))


def _answered(
    asks: Mapping[str, tuple[Ask, timedelta]],
    spans: Sequence[Span],
    asked: Mapping[str, Any],
    now: datetime,
) -> dict[str, list[Row]]:
    cut = slice_of(asked)
    held = _held(asks, spans, cut)
    fresh: list[KeptFigure] = []
    found: dict[str, list[Row]] = {}
    for key, (ask, tail) in asks.items():
        found[key] = []
        for span in spans:
            row = held.get((key, span.start, span.end))
            if row is None:
                row = ask(span)
                if span.end + tail <= now - SETTLED:
                    fresh.append(_kept(key, cut, span, tail, row))
            found[key].append(row)
    KeptFigure.objects.bulk_create(fresh, ignore_conflicts=True)
    return found


def _held(
    keys: Iterable[str], spans: Sequence[Span], cut: str
) -> dict[tuple[str, datetime, datetime], Row]:
    rows = KeptFigure.objects.standing().filter(
        slice=cut,
        measure__in=list(keys),
        starts_at__in=[span.start for span in spans],
        ends_at__lte=spans[-1].end,
    )
    return {
        (key, start, end): row
        for key, start, end, row in rows.values_list("measure", "starts_at", "ends_at", "row")
    }


def _kept(key: str, cut: str, span: Span, tail: timedelta, row: Row) -> KeptFigure:
    return KeptFigure(
        measure=key,
        slice=cut,
        starts_at=span.start,
        ends_at=span.end,
        reaches_from=span.start - tail,
        reaches_to=span.end + tail,
        row=row,
    )


def slice_of(asked: Mapping[str, Any]) -> str:
    """One name for one slice, whatever the order it was asked in."""
    return urlencode(sorted(asked.items()))


def _plain(row: Row) -> Row:
    """Numbers as JSON has them, so that a kept answer and a fresh one are alike."""
    return {
        name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()
    }


@transaction.atomic
def forget_overtaken() -> int:
    """Drop kept answers that changed rows reach into; returns how many."""
    dropped, _each = KeptFigure.objects.overtaken().delete()
    now = timezone.now()
    # Two statements, each on what the one before left: a note is applied once before it may go.
    TouchedTime.objects.filter(applied_at__lt=now - _LINGER).delete()
    TouchedTime.objects.filter(applied_at=None).update(applied_at=now)
    return dropped


def keep_figures(*, actor: Actor = SYSTEM) -> int:
    """Ask for every ended period a page may show, as a whole and by channel, team and vertical."""
    require(actor, "interactions.report_interaction")
    forget_overtaken()
    now = timezone.now()
    before = KeptFigure.objects.count()
    for period in PERIODS:
        # The last one still runs and would only be asked in vain.
        ended = periods(period, now, now)[:-1]
        for asked in _usual_slices():
            answers(kpis.TREND, ended, asked, now)
            channels(ended, asked, now)
    return KeptFigure.objects.count() - before


def _usual_slices() -> Iterable[dict[str, Any]]:
    yield {}
    for team in Team.objects.order_by("pk").values_list("pk", flat=True):
        yield {"team": team}
    for vertical in ("fulfilment", "assurance", "billing"):
        yield {"vertical": vertical}


def forget_segment_slices() -> int:
    """Customers come, go and change segment with no contact changing: those answers live a day."""
    dropped, _each = KeptFigure.objects.filter(
        Q(slice__startswith="segment=")
        | Q(slice__contains="&segment=")
        | Q(measure=kpis.CONTACT_RATE.key)
    ).delete()
    return dropped
