"""The figures of one period and slice, with the periods before it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from crm.access import Actor, require
from interactions.governed import kpis
from interactions.processes.report_interaction import keeping
from interactions.processes.report_interaction.periods import Span, periods
from readiness.registry.measures import Measure

TOO_FEW = 30


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel on the common scale: the share of each period, its base, its slowest tenth."""

    key: str
    shares: list[float | None]
    n: int
    part: int
    p90: float | None

    @property
    def enough(self) -> bool:
        return self.n >= TOO_FEW

    @property
    def change(self) -> float | None:
        known = [share for share in self.shares if share is not None]
        return known[-1] - known[-2] if len(known) > 1 else None


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of one period, with the period before it where there is one."""

    measure: Measure
    span: Span
    row: dict[str, Any]
    before: dict[str, Any] | None
    # Where it is told as of an earlier instant than the report.
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Every figure of one period and slice, as of one instant."""

    as_of: datetime
    spans: list[Span]
    figures: Mapping[str, dict[str, Any]]
    trends: Mapping[str, list[dict[str, Any]]]
    channels: list[Channel] = field(default_factory=list)
    quality: list[Compared] = field(default_factory=list)
    # Figures that are told as of an earlier instant than the rest.
    told_at: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def span(self) -> Span:
        return self.spans[-1]


def report_interaction(
    *, period: str, around: datetime, scope: Mapping[str, Any] | None = None, actor: Actor
) -> Report:
    """The figures of the period around an instant, with the periods before it."""
    require(actor, "interactions.report_interaction")
    now = timezone.now()
    asked = {name: value for name, value in (scope or {}).items() if value}
    spans = periods(period, around, now)
    wanted = dict.fromkeys(kpis.TREND, spans)
    wanted |= dict.fromkeys(kpis.SINGLE, spans[-1:])
    wanted |= {measure: _told(measure, spans, now) for measure in kpis.QUALITY}
    asks = [(keeping.question(measure), span) for measure, some in wanted.items() for span in some]
    sheet = keeping.answers([*asks, *((keeping.CHANNELS, span) for span in spans)], asked, now)
    found = {measure: sheet.of(measure.key, some) for measure, some in wanted.items()}
    figures = {measure.key: found[measure][-1] for measure in (*kpis.SINGLE, *kpis.TREND)}
    contacts = figures[kpis.CONTACTS.key]
    figures[kpis.CONTACTS.key] = contacts | {"by_channel": json.loads(contacts["by_channel"])}
    costs = figures[kpis.CONTACT_COST.key]
    figures[kpis.CONTACT_COST.key] = costs | {"by_vertical": json.loads(costs["by_vertical"])}
    return Report(
        as_of=sheet.as_of,
        spans=spans,
        figures=figures,
        trends={measure.key: found[measure] for measure in kpis.TREND},
        channels=_channels([row["channels"] for row in sheet.of(keeping.CHANNELS.key, spans)]),
        quality=[
            _compared(measure, wanted[measure], found[measure], sheet) for measure in kpis.QUALITY
        ],
        told_at={
            key: at
            for key, some in (
                *((measure.key, wanted[measure]) for measure in (*kpis.SINGLE, *kpis.TREND)),
                (keeping.CHANNELS.key, spans),
            )
            if (at := sheet.told_at(key, some))
        },
    )


def _told(measure: Measure, spans: list[Span], now: datetime) -> list[Span]:
    """The last period that can be told and the one before; a slow figure tells an older one."""
    tail = timedelta(days=measure.matures_days)
    return [span for span in spans if span.end + tail <= now][-2:]


def _compared(
    measure: Measure, spans: list[Span], rows: list[dict[str, Any]], sheet: keeping.Sheet
) -> Compared:
    before = rows[0] if len(rows) > 1 else None
    return Compared(measure, spans[-1], rows[-1], before, sheet.told_at(measure.key, spans))


def _channels(spans: Sequence[list[dict[str, Any]]]) -> list[Channel]:
    by_key: dict[str, dict[int, dict[str, Any]]] = {}
    for place, rows in enumerate(spans):
        for row in rows:
            by_key.setdefault(row["channel"], {})[place] = row
    found = [_channel(key, rows, len(spans)) for key, rows in by_key.items()]
    return sorted(found, key=lambda one: (-one.n, one.key))


def _channel(key: str, rows: Mapping[int, dict[str, Any]], periods: int) -> Channel:
    shares = [
        row["part"] / row["n"] if (row := rows.get(place)) and row["n"] >= TOO_FEW else None
        for place in range(periods)
    ]
    last = rows.get(periods - 1, {"n": 0, "part": 0, "p90": None})
    return Channel(key, shares, last["n"], last["part"], last["p90"])
