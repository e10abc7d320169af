"""Report Customer Interaction: how well promises are kept, from the rows themselves."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from crm import sql
from crm.access import Actor, require
from interactions.governed import kpis
from readiness.registry.measures import measured

ETOM = "1.3.5.7"

PERIODS = {"day": 14, "week": 13, "month": 12}
TOO_FEW = 30
TREND = (kpis.IN_TIME, kpis.IN_TIME_LAST, kpis.FIRST_RESPONSE, kpis.RESOLUTION)
_FIRST_MONTH, _LAST_MONTH = 1, 12


@dataclass(frozen=True, slots=True)
class Span:
    """One period, cut at now: nothing is reported of what is still to come."""

    start: datetime
    end: datetime


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
class Report:
    """Every figure of one period and slice, as of one instant."""

    as_of: datetime
    spans: list[Span]
    figures: Mapping[str, dict[str, Any]]
    trends: Mapping[str, list[dict[str, Any]]]
    channels: list[Channel] = field(default_factory=list)

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
    last = spans[-1]
    trends = {
        measure.key: [measured(measure, a=s.start, b=s.end, **asked) for s in spans]
        for measure in TREND
    }
    single = (kpis.TOLD, kpis.COMPLETION, kpis.BACKLOG, kpis.CONTACTS)
    figures = {m.key: measured(m, a=last.start, b=last.end, **asked) for m in single}
    figures |= {key: rows[-1] for key, rows in trends.items()}
    contacts = figures[kpis.CONTACTS.key]
    contacts["by_channel"] = json.loads(contacts["by_channel"])
    return Report(now, spans, figures, trends, _channels(spans, asked))


def periods(period: str, around: datetime, now: datetime) -> list[Span]:
    """The period an instant lies in and those before it, in the operator's own zone."""
    zone = ZoneInfo(settings.CRM_TIME_ZONE)
    local = min(around, now).astimezone(zone)
    start = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "week":
        start = _midnight(start - timedelta(days=start.weekday()), zone)
    elif period == "month":
        start = start.replace(day=1)
    starts = [start]
    for _each in range(PERIODS[period] - 1):
        starts.insert(0, _before(starts[0], period, zone))
    ends = [*starts[1:], after(start, period)]
    return [Span(a, min(b, now)) for a, b in zip(starts, ends, strict=True)]


def after(start: datetime, period: str) -> datetime:
    """Where the next period begins: by the local calendar, so that a day may have 23 hours."""
    zone = ZoneInfo(settings.CRM_TIME_ZONE)
    if period == "month":
        year = start.year + (start.month == _LAST_MONTH)
        return start.replace(year=year, month=start.month % _LAST_MONTH + 1)
    return _midnight(start + timedelta(days=7 if period == "week" else 1), zone)


def _before(start: datetime, period: str, zone: ZoneInfo) -> datetime:
    if period == "month":
        year = start.year - (start.month == _FIRST_MONTH)
        return start.replace(year=year, month=(start.month - 2) % _LAST_MONTH + 1)
    return _midnight(start - timedelta(days=7 if period == "week" else 1), zone)


def _midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=zone, hour=0, minute=0, second=0, microsecond=0)


def _channels(spans: list[Span], asked: Mapping[str, Any]) -> list[Channel]:
    params: dict[str, Any] = dict.fromkeys(kpis.SCOPE)
    params |= {**asked, "a": spans[0].start, "b": spans[-1].end}
    params["edges"] = [span.start for span in spans]
    by_channel: dict[str, dict[int, dict[str, Any]]] = {}
    for row in sql.rows("interactions/performance_channels.sql", params):
        by_channel.setdefault(row["channel"], {})[row["period"]] = row
    found = [_channel(key, rows, len(spans)) for key, rows in by_channel.items()]
    return sorted(found, key=lambda one: (-one.n, one.key))


def _channel(key: str, rows: Mapping[int, dict[str, Any]], periods: int) -> Channel:
    shares = [
        row["part"] / row["n"] if (row := rows.get(place)) and row["n"] >= TOO_FEW else None
        for place in range(1, periods + 1)
    ]
    last = rows.get(periods, {"n": 0, "part": 0, "p90": None})
    return Channel(key, shares, last["n"], last["part"], last["p90"])
