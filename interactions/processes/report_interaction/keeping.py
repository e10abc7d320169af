"""Answers are kept by day, week and month; a change behind one makes it due again.

What is kept is the measure's own answer, not a sum of smaller ones: a percentile of a month stays
the percentile of its rows. A page reads what is kept and asks the rows only for what is not. An
answer is good without looking further while it is young; after that it must be of a period that has
ended and that no noted change reaches into. `refresh_figures` works ahead of the pages.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from crm.pruning import prune
from interactions.governed import kpis
from interactions.models import KeptFigure, TouchedTime
from interactions.models.figures import LINGERS, LONGEST_SLICE
from interactions.processes.report_interaction.periods import PERIODS, Span, periods
from interactions.processes.report_interaction.slices import VERTICALS, there
from readiness.registry.measures import Measure, measured

# As long as the triggers leave live work unnoted (models.figures.SETTLES_AFTER).
SETTLED = timedelta(hours=6)
# So old may a figure be that a page shows; the page says as of when it is.
YOUNG = timedelta(minutes=5)
# So old may a figure be whose period is over and settled, while it waits for what comes after.
RIPENING = timedelta(hours=1)
# So long is an answer kept; whoever asks after that has it worked out once more.
_KEPT_FOR = timedelta(days=60)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing asked of a period: by whom it is named, how, and how long after it is final."""

    key: str
    ask: Callable[[Span, Mapping[str, Any]], Row]
    tail: timedelta = timedelta()

    def final_at(self, span: Span) -> datetime:
        """From when on the answer about a period stays what it is, unless rows change."""
        return span.until + self.tail + SETTLED


@dataclass(frozen=True, slots=True)
class Sheet:
    """Answers by question and the beginning of their period, and as of when they are told.

    `as_of` is that of what belongs to a period that runs. What waits for more to come after its
    period may be older: `told_at` says so.
    """

    rows: Mapping[tuple[str, datetime], Row]
    as_of: datetime
    made_at: Mapping[tuple[str, datetime], datetime]
    # The same only of what is not final; a final answer is as of now whenever it was made.
    live: Mapping[tuple[str, datetime], datetime]

    def of(self, key: str, spans: Iterable[Span]) -> list[Row]:
        return [self.rows[key, span.start] for span in spans]

    def told_at(self, key: str, spans: Iterable[Span]) -> datetime | None:
        """As of when answers are told that are older than the rest; nothing if none is."""
        oldest = min(
            (at for span in spans if (at := self.live.get((key, span.start)))), default=None
        )
        return oldest if oldest is not None and oldest < self.as_of else None


def question(measure: Measure) -> Question:
    return Question(
        measure.key,
        lambda span, asked: _plain(measured(measure, a=span.start, b=span.end, **asked)),
        timedelta(days=measure.matures_days),
    )


def _by_channel(span: Span, asked: Mapping[str, Any]) -> Row:
    params = {**dict.fromkeys(kpis.SCOPE), **asked, "a": span.start, "b": span.end}
    found = sql.rows("interactions/performance_channels.sql", params)
    return {"channels": [_plain(row) for row in found]}


CHANNELS = Question("by-channel", _by_channel)
EVERY = (*(question(measure) for measure in kpis.EVERY), CHANNELS)

Wanted = Sequence[tuple[Question, Span]]


def answers(wanted: Wanted, asked: Mapping[str, Any], now: datetime) -> Sheet:
    """What is kept of it, and the rest asked and kept; `asked` is the slice."""
    cut = slice_of(asked)
    held = _held(wanted, cut, now)
    missing = [(one, span) for one, span in wanted if (one.key, span.start) not in held]
    fresh = [_kept(one, span, asked, cut) for one, span in missing]
    # A slice whose name finds no room, or nothing in the world, is asked of the rows each time.
    if fresh and len(cut) <= LONGEST_SLICE and there(asked):
        _keep(fresh)
    kept = held | {(one.measure, one.starts_at): one for one in fresh}
    running = [one.kept_at for one in kept.values() if one.ends_at > one.kept_at]
    rows = {place: one.row for place, one in kept.items()}
    made = {place: one.kept_at for place, one in kept.items()}
    live = {place: made[place] for place, one in kept.items() if one.kept_at < one.final_at}
    return Sheet(rows, min([now, *running]), made, live)


def _held(wanted: Wanted, cut: str, now: datetime) -> dict[tuple[str, datetime], KeptFigure]:
    """What may be shown of it as it is kept: one statement, whatever is asked."""
    rows = KeptFigure.objects.good(now, young=YOUNG, ripening=RIPENING, settled=SETTLED).filter(
        slice=cut,
        measure__in={one.key for one, _span in wanted},
        starts_at__in={span.start for _one, span in wanted},
        ends_at__in={span.until for _one, span in wanted},
    )
    places = {(one.key, span.start, span.until) for one, span in wanted}
    return {
        (row.measure, row.starts_at): row
        for row in rows
        if (row.measure, row.starts_at, row.ends_at) in places
    }


def _kept(one: Question, span: Span, asked: Mapping[str, Any], cut: str) -> KeptFigure:
    # Looked at the clock first: a change that comes while it is asked is later than this.
    began = timezone.now()
    return KeptFigure(
        measure=one.key,
        slice=cut,
        starts_at=span.start,
        ends_at=span.until,
        reaches_from=span.start - one.tail,
        reaches_to=span.until + one.tail,
        final_at=one.final_at(span),
        row=one.ask(span, asked),
        kept_at=began,
    )


def _keep(fresh: list[KeptFigure]) -> None:
    KeptFigure.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["slice", "measure", "starts_at", "ends_at"],
        update_fields=["row", "kept_at"],
    )


def slice_of(asked: Mapping[str, Any]) -> str:
    """One name for one slice, whatever the order it was asked in."""
    return urlencode(sorted(asked.items()))


def _plain(row: Row) -> Row:
    """Numbers as JSON has them, so that a kept answer and a fresh one are alike."""
    return {
        name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()
    }


def refresh_figures(most: int, *, actor: Actor = SYSTEM) -> int:
    """Work out some of what pages will ask: overtaken, missing, and running as a whole.

    Every answer is kept as soon as it is there, so that a killed worker loses one of them and the
    next run goes on behind it. Returns how many it worked out; nothing when nothing is due.
    """
    require(actor, "interactions.report_interaction")
    done = 0
    for asked, wanted in _usual(timezone.now()):
        cut = slice_of(asked)
        held = _held(wanted, cut, timezone.now())
        for one, span in wanted:
            if (one.key, span.start) in held:
                continue
            if done == most:
                return done
            _keep([_kept(one, span, asked, cut)])
            done += 1
    return done


def _usual(now: datetime) -> Iterator[tuple[Mapping[str, Any], Wanted]]:
    """What everybody looks at, the newest first; what is not final yet only as a whole.

    What is not final is good for minutes: made ahead for every slice it would be due again before
    the last of them is done.
    """
    for asked in _usual_slices():
        for period in PERIODS:
            spans = reversed(periods(period, now, now))
            yield (
                asked,
                [
                    (one, span)
                    for span in spans
                    for one in EVERY
                    if not asked or one.final_at(span) <= now
                ],
            )


def _usual_slices() -> Iterable[dict[str, Any]]:
    yield {}
    for team in Team.objects.order_by("pk").values_list("pk", flat=True):
        yield {"team": team}
    for vertical in VERTICALS:
        yield {"vertical": vertical}


@transaction.atomic
def forget_overtaken() -> int:
    """Drop answers that changed rows reach into, and notes that were heard; returns how many."""
    dropped, _each = KeptFigure.objects.overtaken().delete()
    TouchedTime.objects.filter(noted_at__lt=timezone.now() - 2 * LINGERS).delete()
    return dropped


def forget_old() -> int:
    """Retire answers of long ago, whoever asked for them then; returns how many."""
    return prune(KeptFigure.objects.filter(kept_at__lt=timezone.now() - _KEPT_FOR))


def forget_segment_slices() -> int:
    """Customers come, go and change segment with no contact changing: those answers live a day."""
    dropped, _each = KeptFigure.objects.filter(
        Q(slice__startswith="segment=")
        | Q(slice__contains="&segment=")
        | Q(measure=kpis.CONTACT_RATE.key)
    ).delete()
    return dropped
