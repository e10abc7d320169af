"""Golden explanations: every second from the start to the due time has its reason."""

import pytest

from interactions.clock import Calendar, ClockView, explain
from tests.interactions.clock.factories import EVERY_DAY, a_calendar, a_clock, a_target

sla = pytest.mark.req("R-TMI-5")


def _told(view: ClockView) -> list[str]:
    lines = []
    for row in explain(view):
        told = row.as_dict()
        begin, end = (_short(told[key]) for key in ("from_local", "to_local"))
        parts = [row.kind, begin, end, str(row.seconds), str(row.total), row.reason, row.detail]
        lines.append(" | ".join([*parts, row.by]).rstrip(" |"))
    return lines


def _short(local: object) -> str:
    return "" if local is None else str(local)[5:16].replace("T", " ")


def _in(calendar: Calendar, hours: int, *rows: tuple[object, ...], now: str) -> ClockView:
    target = a_target(hours=hours, calendar="here")
    calendars = {"here": calendar, "elapsed": Calendar(always=True)}
    return a_clock(*rows, now=now, target=target, calendars=calendars)


@sla
def test_a_weekend_between() -> None:
    view = a_clock(("opened", "2026-01-16 14:00"), now="2026-01-16 14:00", target=a_target(hours=4))

    assert _told(view) == [
        "counting | 01-16 15:00 | 01-16 17:00 | 7200 | 7200",
        "closed | 01-16 17:00 | 01-19 09:00 | 230400 | 7200 | weekend",
        "counting | 01-19 09:00 | 01-19 11:00 | 7200 | 14400",
        "due | 01-19 11:00 | 01-19 11:00 | 0 | 14400 | target_reached",
    ]


@sla
def test_lunch_night_and_a_named_holiday() -> None:
    lisbon = a_calendar(
        "09:00-13:00", "14:00-18:00", tz="Europe/Lisbon",
        d2026_12_25={"name": "Christmas Day", "intervals": []},
    )  # fmt: skip
    view = _in(lisbon, 14, ("opened", "2026-12-23 12:00"), now="2026-12-23 12:00")

    assert _told(view) == [
        "counting | 12-23 12:00 | 12-23 13:00 | 3600 | 3600",
        "closed | 12-23 13:00 | 12-23 14:00 | 3600 | 3600 | break",
        "counting | 12-23 14:00 | 12-23 18:00 | 14400 | 18000",
        "closed | 12-23 18:00 | 12-24 09:00 | 54000 | 18000 | night",
        "counting | 12-24 09:00 | 12-24 13:00 | 14400 | 32400",
        "closed | 12-24 13:00 | 12-24 14:00 | 3600 | 32400 | break",
        "counting | 12-24 14:00 | 12-24 18:00 | 14400 | 46800",
        "closed | 12-24 18:00 | 12-26 00:00 | 108000 | 46800 | holiday | Christmas Day",
        "closed | 12-26 00:00 | 12-28 09:00 | 205200 | 46800 | weekend",
        "counting | 12-28 09:00 | 12-28 10:00 | 3600 | 50400",
        "due | 12-28 10:00 | 12-28 10:00 | 0 | 50400 | target_reached",
    ]


@sla
def test_the_night_of_the_clock_change() -> None:
    night = a_calendar("00:00-06:00", "22:00-24:00", days=EVERY_DAY)
    view = _in(night, 8, ("opened", "2026-10-24 20:00"), now="2026-10-24 20:00")

    assert _told(view) == [
        "counting | 10-24 22:00 | 10-25 02:00 | 18000 | 18000",
        "dst | 10-25 02:00 | 10-25 02:00 | -3600 | 18000 | -3600",
        "counting | 10-25 02:00 | 10-25 05:00 | 10800 | 28800",
        "due | 10-25 05:00 | 10-25 05:00 | 0 | 28800 | target_reached",
    ]


@sla
def test_pauses_with_their_reasons_and_who_asked() -> None:
    view = a_clock(
        ("opened", "2026-02-02 08:00"),
        ("pause", "2026-02-02 09:00", {"reason_class": "waiting_customer", "reason": "photo"}),
        ("pause", "2026-02-02 10:00", {"reason_class": "waiting_third_party", "reason": "lab"}),
        ("resume", "2026-02-02 11:00", {"reason_class": "waiting_customer"}),
        now="2026-02-02 12:00",
        target=a_target(hours=4),
    )

    assert _told(view) == [
        "counting | 02-02 09:00 | 02-02 10:00 | 3600 | 3600",
        "paused | 02-02 10:00 | 02-02 11:00 | 3600 | 3600 | photo",
        "paused | 02-02 11:00 | 02-02 12:00 | 3600 | 3600 | photo, lab",
        "paused | 02-02 12:00 | 02-02 13:00 | 3600 | 3600 | lab",
        "due |  |  | 10800 | 3600 | paused",
    ]


@sla
def test_a_change_of_target_stands_where_it_happened() -> None:
    change = ("retargeted", "2026-02-07 09:00", {"target": 14400, "calendar": "elapsed"})
    view = a_clock(("opened", "2026-02-06 15:00"), change, now="2026-02-07 09:00")

    assert _told(view) == [
        "counting | 02-06 16:00 | 02-06 17:00 | 3600 | 3600",
        "closed | 02-06 17:00 | 02-07 10:00 | 61200 | 3600 | weekend",
        "retarget | 02-07 09:00 | 02-07 09:00 | 0 | 3600 | carry | 28800 -> 14400",
        "counting | 02-07 09:00 | 02-07 12:00 | 10800 | 14400",
        "due | 02-07 12:00 | 02-07 12:00 | 0 | 14400 | target_reached",
    ]


def test_a_reader_elsewhere_sees_local_times_of_their_own() -> None:
    view = a_clock(("opened", "2026-02-02 08:00"), now="2026-02-02 08:00")

    row = explain(view, tz="Asia/Kolkata")[0].as_dict()

    assert row["from_utc"] == "2026-02-02T08:00:00Z"
    assert row["from_local"] == "2026-02-02T13:30:00+05:30"


@pytest.mark.parametrize(
    ("_case", "view", "reason"),
    [
        ("not started", a_clock(now="2026-02-02 08:00"), "not_started"),
        (
            "never opens",
            _in(Calendar(), 1, ("opened", "2026-02-02 08:00"), now="2026-02-03 08:00"),
            "calendar_never_opens",
        ),
        (
            "cancelled",
            a_clock(
                ("opened", "2026-02-02 08:00"),
                ("merged", "2026-02-02 09:00"),
                now="2026-02-02 10:00",
            ),
            "cancelled",
        ),
    ],
)
def test_the_last_line_says_why(_case: str, view: ClockView, reason: str) -> None:
    assert explain(view)[-1].reason == reason
