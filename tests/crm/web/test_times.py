import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation
from django.utils.formats import date_format

from crm.web import times

NOW = datetime(2026, 11, 19, 14, 32, tzinfo=UTC)
LONDON = zoneinfo.ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (59 * 60 + 59, "59 min"),
        (11100, "3 h 05"),
        (43200, "12 h"),
        (64680, "17 h 58"),
        (-720, "12 min"),
    ],
)
def test_desk_time_left(seconds: float, said: str) -> None:
    assert times.left(seconds) == said


@pytest.mark.parametrize(
    ("moment", "short", "full"),
    [
        (datetime(2026, 11, 19, 17, 37, tzinfo=UTC), "17:37", "Thu 19 Nov 17:37"),
        (datetime(2026, 11, 20, 9, 40, tzinfo=UTC), "Fri 09:40", "Fri 20 Nov 09:40"),
        (datetime(2026, 12, 2, 9, 0, tzinfo=UTC), "2 Dec", "Wed 2 Dec 09:00"),
        (datetime(2025, 7, 1, 9, 0, tzinfo=UTC), "1 Jul 2025", "Tue 1 Jul 2025 10:00"),
    ],
)
def test_local_instant(moment: datetime, short: str, full: str) -> None:
    with timezone.override(LONDON):
        assert times.instant(moment, NOW) == short
        assert times.instant_full(moment, NOW) == full


@pytest.mark.parametrize(
    ("days", "said"), [(0, "today"), (15, "15 d"), (59, "59 d"), (245, "8 mo"), (800, "2 y")]
)
def test_age_of_a_fact(days: int, said: str) -> None:
    assert times.age(NOW - timedelta(days=days), NOW) == said


def test_numbers_read_as_numbers() -> None:
    assert times.number(47893) == "47,893"
    assert times.percent(0.918, 1) == "91.8%"
    assert times.percent(0.9189) == "92%"
    assert times.percent(None) == "–"
    assert times.capped(999) == "999"
    assert times.capped(1000) == "1,000+"
    assert times.signed(-2.6) == "−2.6"
    assert times.signed(0.4) == "+0.4"


def test_digits_group_as_the_language_groups_them() -> None:
    with translation.override("de"):
        assert times.number(47893.5, 1) == "47.893,5"


@pytest.mark.parametrize("days", range(-400, 400, 13))
def test_an_instant_reads_as_django_would_format_it(days: int) -> None:
    moment = NOW + timedelta(days=days, hours=2)
    local = timezone.localtime(moment)
    with translation.override("de"):
        said = times.instant(moment, NOW)
        formats = ("H:i", "D H:i", "j M", "j M Y")

        assert said in {date_format(local, form) for form in formats}
