"""Days, weeks and months of the operator's own calendar, cut at now."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

# Nobody kept customers in a machine before, and a calendar has a first day.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
PERIODS = {"day": 14, "week": 13, "month": 12}
_FIRST_MONTH, _LAST_MONTH = 1, 12


@dataclass(frozen=True, slots=True)
class Span:
    """One period until `until`, cut at now: nothing is reported of what is still to come."""

    start: datetime
    end: datetime
    until: datetime


def periods(period: str, around: datetime, now: datetime) -> list[Span]:
    """The period an instant lies in and those before it, in the operator's own zone."""
    zone = ZoneInfo(settings.CRM_TIME_ZONE)
    local = max(min(around, now), EARLIEST).astimezone(zone)
    start = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "week":
        start = _midnight(start - timedelta(days=start.weekday()), zone)
    elif period == "month":
        start = start.replace(day=1)
    starts = [start]
    for _each in range(PERIODS[period] - 1):
        starts.insert(0, _before(starts[0], period, zone))
    ends = [*starts[1:], after(start, period)]
    return [Span(a, min(b, now), b) for a, b in zip(starts, ends, strict=True)]


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
