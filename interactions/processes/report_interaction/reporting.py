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


@dataclass(frozen=True, slots=True)
class Report:
    """Every figure of one period and slice, as of one instant."""

    as_of: datetime
    spans: list[Span]
    figures: Mapping[str, dict[str, Any]]
    trends: Mapping[str, list[dict[str, Any]]]
    channels: list[Channel] = field(default_factory=list)
    quality: list[Compared] = field(default_factory=list)

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
    trends = keeping.answers(kpis.TREND, spans, asked, now)
    figures = {
        key: rows[-1] for key, rows in keeping.answers(kpis.SINGLE, spans[-1:], asked, now).items()
    }
    figures |= {key: rows[-1] for key, rows in trends.items()}
    contacts = figures[kpis.CONTACTS.key]
    figures[kpis.CONTACTS.key] = contacts | {"by_channel": json.loads(contacts["by_channel"])}
    by_channel = keeping.channels(spans, asked, now)
    quality = _quality(spans, asked, now)
    return Report(now, spans, figures, trends, _channels(by_channel), quality)


def _quality(spans: list[Span], asked: Mapping[str, Any], now: datetime) -> list[Compared]:
    """The last period that can be told, beside the one before; a slow figure tells an older one."""
    found = []
    for measure in kpis.QUALITY:
        tail = timedelta(days=measure.matures_days)
        pair = [span for span in spans if span.end + tail <= now][-2:]
        rows = keeping.answers([measure], pair, asked, now)[measure.key]
        found.append(Compared(measure, pair[-1], rows[-1], rows[0] if len(rows) > 1 else None))
    return found


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
