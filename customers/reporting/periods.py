"""Weeks, months and quarters: whole periods, from their first day to before the next."""

from datetime import date, timedelta

_WEEK = timedelta(days=7)
_MONTHS = {"month": 1, "quarter": 3}


def current(day: date, period: str) -> tuple[date, date]:
    """The period a day lies in: its first day and the first day after it."""
    if period == "week":
        first = day - timedelta(days=day.weekday())
        return first, first + _WEEK
    months = _MONTHS[period]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, _later(first, months)


def following(until: date, period: str) -> tuple[date, date]:
    """The period that begins where one ends."""
    return current(until, period)


def _later(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
