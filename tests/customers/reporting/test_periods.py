"""Weeks, months and quarters follow each other without a gap."""

from datetime import date

import pytest

from customers.reporting.periods import current, following


@pytest.mark.parametrize(
    ("period", "day", "expected"),
    [
        ("week", date(2026, 11, 22), (date(2026, 11, 16), date(2026, 11, 23))),
        ("month", date(2026, 12, 31), (date(2026, 12, 1), date(2027, 1, 1))),
        ("month", date(2028, 2, 29), (date(2028, 2, 1), date(2028, 3, 1))),
        ("quarter", date(2026, 11, 21), (date(2026, 10, 1), date(2027, 1, 1))),
    ],
)
def test_day_lies_in_its_period(period: str, day: date, expected: tuple[date, date]) -> None:
    assert current(day, period) == expected


@pytest.mark.parametrize("period", ["week", "month", "quarter"])
def test_periods_leave_no_day_out(period: str) -> None:
    _since, until = current(date(2026, 1, 1), period)

    for _turn in range(30):
        since, ends = following(until, period)
        assert since == until
        until = ends
