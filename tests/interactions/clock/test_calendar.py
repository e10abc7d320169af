"""Calendars: reading them, measuring working time, and finding the instant it is used up."""

from typing import Any

import pytest

from interactions.clock import Calendar, CalendarError, CalendarHistory
from tests.interactions.clock.factories import DESK, ELAPSED, EVERY_DAY, a_calendar, at

NIGHT = a_calendar("00:00-06:00", "22:00-24:00", days=EVERY_DAY)


@pytest.mark.parametrize(
    ("_case", "calendar", "start", "end", "worked"),
    [
        ("a working day", DESK, "2026-02-02 00:00", "2026-02-03 00:00", 8 * 3600),
        ("a week", DESK, "2026-02-02 00:00", "2026-02-09 00:00", 40 * 3600),
        ("nothing before opening", DESK, "2026-02-02 05:00", "2026-02-02 08:00", 0),
        ("nothing backwards", DESK, "2026-02-03 00:00", "2026-02-02 00:00", 0),
        ("ten years of a week", DESK, "2026-01-05 00:00", "2035-12-31 00:00", 521 * 40 * 3600),
        ("every second", ELAPSED, "2026-02-02 00:00", "2026-02-02 00:01", 60),
        ("a night of nine hours", NIGHT, "2026-10-24 20:00", "2026-10-25 05:00", 9 * 3600),
        ("a night of seven hours", NIGHT, "2026-03-28 21:00", "2026-03-29 04:00", 7 * 3600),
    ],
)
def test_measures_working_seconds(
    _case: str, calendar: Calendar, start: str, end: str, worked: int
) -> None:
    assert calendar.measure(at(start), at(end)) == worked


@pytest.mark.parametrize(
    ("_case", "instant", "open_"),
    [
        ("first second", "2026-02-02 08:00:00", True),
        ("second before opening", "2026-02-02 07:59:59", False),
        ("last second", "2026-02-02 15:59:59", True),
        ("second of closing", "2026-02-02 16:00:00", False),
        ("Saturday", "2026-02-07 10:00:00", False),
    ],
)
def test_intervals_are_half_open(_case: str, instant: str, open_: bool) -> None:
    assert DESK.working(at(instant)) is open_


def test_no_time_at_all_is_reached_at_once() -> None:
    assert DESK.reach(at("2026-02-07 10:00"), 0) == at("2026-02-07 10:00")


def test_reaches_years_ahead() -> None:
    assert DESK.reach(at("2026-01-05 00:00"), 521 * 40 * 3600) == at("2035-12-28 16:00")


def test_gives_up_when_it_is_not_reached_in_time() -> None:
    start = at("2026-02-02 08:00")

    assert DESK.reach(start, 3600, until=start + 3600) == start + 3600
    assert DESK.reach(start, 3600, until=start + 3599) is None


@pytest.mark.parametrize(
    "calendar",
    [
        Calendar(),
        a_calendar(days=()),
        a_calendar(days=(), d2026_01_01=[["09:00", "10:00"]]),
    ],
)
def test_a_calendar_that_no_longer_opens_is_never_reached(calendar: Calendar) -> None:
    assert calendar.reach(at("2026-02-02 08:00"), 1) is None


def test_an_exception_alone_can_open_a_calendar() -> None:
    calendar = a_calendar(days=(), d2027_03_01=[["09:00", "10:00"]])

    assert calendar.reach(at("2026-02-02 08:00"), 3600) == at("2027-03-01 09:00")


def test_a_date_that_the_zone_skipped_has_no_hours() -> None:
    apia = a_calendar("00:00-24:00", tz="Pacific/Apia", days=EVERY_DAY)

    spans = list(apia.spans(at("2011-12-30 08:00"), at("2011-12-30 12:00")))

    assert spans == [(at("2011-12-30 08:00"), at("2011-12-30 12:00"))]
    assert apia.measure(at("2011-12-29 10:00"), at("2011-12-30 10:00")) == 24 * 3600


def test_spans_join_where_nights_touch() -> None:
    assert list(NIGHT.spans(at("2026-02-02 12:00"), at("2026-02-03 12:00"))) == [
        (at("2026-02-02 21:00"), at("2026-02-03 05:00"))
    ]


def test_reads_names_and_overlapping_hours() -> None:
    calendar = Calendar.from_dict(
        {
            "tz": "Europe/Lisbon",
            "weekly": {"mon": [["09:00", "13:00"], ["12:00", "18:00"], ["18:00", "19:00"]]},
            "exceptions": [{"date": "2026-12-25", "name": "Christmas", "intervals": []}],
        }
    )

    assert calendar.weekly[0] == ((9 * 3600, 19 * 3600),)
    assert calendar.why_closed(calendar.exceptions[0].day) == ("holiday", "Christmas")


@pytest.mark.parametrize(
    ("_case", "config"),
    [
        ("unknown zone", {"tz": "Mars/Base"}),
        ("a zone that is a path", {"tz": "../etc/passwd"}),
        ("weekday zero", {"weekly": {"0": []}}),
        ("overnight in one piece", {"weekly": {"1": [["22:00", "06:00"]]}}),
        ("no time of day", {"weekly": {"1": [["nine", "17:00"]]}}),
        ("after 24:00", {"weekly": {"1": [["09:00", "24:01"]]}}),
        ("sixty minutes", {"weekly": {"1": [["09:60", "17:00"]]}}),
        ("one time only", {"weekly": {"1": [["09:00"]]}}),
        ("hours as a text", {"weekly": {"1": "09:00-17:00"}}),
        ("no date", {"exceptions": {"Christmas": []}}),
        ("weekly as a number", {"weekly": 7}),
    ],
)
def test_refuses_a_calendar_it_cannot_read(_case: str, config: dict[str, Any]) -> None:
    with pytest.raises(CalendarError):
        Calendar.from_dict(config)


def test_equal_texts_share_one_calendar() -> None:
    text = '{"tz": "UTC", "always": true}'

    assert Calendar.from_json(text) is Calendar.from_json(str(text))


def test_a_version_applies_from_its_instant_on() -> None:
    history = CalendarHistory(((200, DESK), (0, ELAPSED)))

    assert history.since(100) == ((100, ELAPSED), (200, DESK))
    assert history.since(300) == ((300, DESK),)
