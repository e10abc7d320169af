"""Nasty cases, each told once and reckoned twice: by the clock, and by a walk through time.

A case is a start, a promise and what happens to it. The clock gets it as events; the walk shares
no code with the clock and gets the same story in its own words.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

import pytest

from interactions.clock import Calendar, Event, Metric, Target, fold
from tests.interactions.clock.factories import ALL_PAUSES, at
from tests.interactions.clock.oracle import Config, Walk

_WORK = ("1", "2", "3", "4", "5")
_ALL = (*_WORK, "6", "7")


def _hours(tz: str, *spans: str, days: tuple[str, ...] = _WORK, **dates: list[str]) -> Config:
    def split(some: Any) -> list[list[str]]:
        return [span.split("-") for span in some]

    return {
        "tz": tz,
        "weekly": {day: split(spans) for day in days},
        "exceptions": {day[1:].replace("_", "-"): split(open_) for day, open_ in dates.items()},
    }


OPEN: Config = {"tz": "UTC", "weekly": {}, "exceptions": {}, "always": True}
CALENDARS: dict[str, Config] = {
    "london": _hours("Europe/London", "09:00-17:00"),
    "london_night": _hours("Europe/London", "00:00-06:00", "22:00-24:00", days=_ALL),
    "london_wall": _hours("Europe/London", "00:00-24:00", days=_ALL),
    "london_xmas": _hours(
        "Europe/London", "09:00-17:00", d2026_12_24=["09:00-12:00"], d2026_12_25=[], d2026_12_28=[]
    ),
    "london_sat": _hours("Europe/London", "09:00-17:00", d2026_11_21=["10:00-14:00"]),
    "lunch": _hours("Europe/Madrid", "09:00-14:00", "16:00-19:00"),
    "sydney": _hours("Australia/Sydney", "09:00-17:00"),
    "new_york": _hours("America/New_York", "09:00-17:00"),
    "kolkata": _hours("Asia/Kolkata", "09:30-18:30", days=("1", "2", "3", "4", "5", "6")),
    "riyadh": _hours("Asia/Riyadh", "08:00-16:00", days=("7", "1", "2", "3", "4")),
    "lord_howe": _hours("Australia/Lord_Howe", "00:00-24:00", days=_ALL),
    "troll": _hours("Antarctica/Troll", "00:00-04:00", days=_ALL),
    "minute": _hours("UTC", "12:00-12:15", days=_ALL),
    "open": OPEN,
}


@dataclass(frozen=True)
class Pause:
    start: str
    end: str | None = None


@dataclass(frozen=True)
class Terms:
    at: str
    hours: float
    mode: str = "carry"
    calendar: str | None = None


@dataclass(frozen=True)
class Hours:
    at: str
    calendar: str


Step = Pause | Terms | Hours


@dataclass(frozen=True)
class Case:
    title: str
    calendar: str
    hours: float
    opened: str
    steps: tuple[Step, ...] = ()
    by_hand: str = ""


def case(title: str, calendar: str, hours: float, opened: str, *steps: Step, due: str = "") -> Case:
    return Case(title, calendar, hours, opened, steps, due)


CASES = [
    # The wall clock changes.
    case("the hour that is skipped does not count", "london_wall", 3, "2026-03-28 23:30",
         due="2026-03-29 02:30"),
    case("the hour that comes twice counts twice", "london_wall", 4, "2026-10-24 22:30",
         due="2026-10-25 02:30"),
    case("a night shift over the spring change is an hour short", "london_night", 8,
         "2026-03-28 22:00"),
    case("a night shift over the autumn change is an hour long", "london_night", 9,
         "2026-10-24 21:00"),
    case("opened inside the repeated hour", "london_wall", 1, "2026-10-25 00:30"),
    case("half an hour of change, forward", "lord_howe", 5, "2026-10-03 12:10"),
    case("half an hour of change, back", "lord_howe", 5, "2026-04-04 12:10"),
    case("a change of two hours", "troll", 6, "2026-03-29 00:00"),
    case("a week of office hours over the change", "london", 40, "2026-10-22 08:00"),
    case("north and south change on different days", "sydney", 24, "2026-10-02 06:00"),
    # Days that are not like the others.
    case("half a day, a holiday, a weekend and a substitute day", "london_xmas", 12,
         "2026-12-23 12:00", due="2026-12-29 13:00"),
    case("due on the last second of the half day", "london_xmas", 3, "2026-12-24 09:00",
         due="2026-12-24 12:00"),
    case("one second more is due after the holidays", "london_xmas", 3 + 1 / 3600,
         "2026-12-24 09:00", due="2026-12-29 09:00:01"),
    case("an extra Saturday", "london_sat", 6, "2026-11-20 15:00", due="2026-11-21 14:00"),
    case("opened on a holiday", "london_xmas", 1, "2026-12-25 11:00", due="2026-12-29 10:00"),
    case("lunch is no working time", "lunch", 6, "2026-06-10 10:30"),
    case("a week from Sunday to Thursday", "riyadh", 10, "2026-06-11 12:00",
         due="2026-06-15 06:00"),
    case("a quarter of an hour a day", "minute", 1, "2026-06-01 12:05",
         due="2026-06-05 12:05"),
    # Pauses.
    case("a pause over the change of the wall clock", "london_wall", 10, "2026-10-24 20:00",
         Pause("2026-10-25 00:30", "2026-10-25 01:30")),
    case("a pause over the end of the day", "london", 8, "2026-06-10 09:00",
         Pause("2026-06-10 14:00", "2026-06-11 09:30")),
    case("a pause from the opening on", "london", 8, "2026-06-10 09:00",
         Pause("2026-06-10 09:00", "2026-06-10 10:00")),
    case("a pause while it is closed anyway", "london", 12, "2026-06-10 09:00",
         Pause("2026-06-10 17:00", "2026-06-11 07:00"), due="2026-06-11 13:00"),
    case("a pause that is still open", "london", 8, "2026-06-10 09:00", Pause("2026-06-10 11:00")),
    case("two pauses that overlap", "london", 8, "2026-06-10 09:00",
         Pause("2026-06-10 10:00", "2026-06-10 12:00"),
         Pause("2026-06-10 11:00", "2026-06-10 13:00")),
    case("a pause of a single second", "open", 2, "2026-06-10 09:00",
         Pause("2026-06-10 10:00:00", "2026-06-10 10:00:01"), due="2026-06-10 11:00:01"),
    case("a pause over Christmas", "london_xmas", 8, "2026-12-23 15:00",
         Pause("2026-12-24 10:00", "2026-12-29 11:00")),
    # The promise changes on the way.
    case("more urgent: office hours become day and night", "london", 8, "2026-06-12 15:00",
         Terms("2026-06-13 10:00", 4, calendar="open")),
    case("less urgent: day and night become office hours", "open", 8, "2026-06-12 20:00",
         Terms("2026-06-13 01:00", 16, calendar="london")),
    case("the same share of the new time", "london", 8, "2026-06-10 09:00",
         Terms("2026-06-10 11:10", 5, "proportional")),
    case("the wrong terms, measured anew from the start", "london", 8, "2026-06-12 15:00",
         Terms("2026-06-13 10:00", 20, "retro", "open")),
    case("anew from the start, with a pause that stays", "open", 8, "2026-06-12 15:00",
         Pause("2026-06-12 16:00", "2026-06-12 19:00"),
         Terms("2026-06-13 10:00", 12, "retro", "london")),
    case("begun again", "london", 8, "2026-06-10 09:00",
         Terms("2026-06-10 13:00", 6, "restart")),
    case("changed while it is paused", "london", 8, "2026-06-10 09:00",
         Terms("2026-06-10 12:00", 12),
         Pause("2026-06-10 11:00", "2026-06-10 15:00")),
    case("changed twice in two ways", "london", 8, "2026-06-10 09:00",
         Terms("2026-06-10 12:00", 16, "proportional"),
         Terms("2026-06-11 10:00", 10, "carry", "open")),
    case("changed to less than is used", "london", 8, "2026-06-10 09:00",
         Terms("2026-06-10 14:00", 2)),
    case("changed in the hour that comes twice", "london_wall", 12, "2026-10-24 20:00",
         Terms("2026-10-25 00:45", 8, "proportional")),
    # The hours change on the way.
    case("a holiday is declared during the day", "london", 20, "2026-12-23 15:00",
         Hours("2026-12-24 11:00", "london_xmas")),
    case("the team moves to another zone", "london", 16, "2026-06-10 14:00",
         Hours("2026-06-11 10:00", "new_york")),
    case("the hours change while it is paused", "london", 16, "2026-06-10 14:00",
         Hours("2026-06-11 10:00", "kolkata"),
         Pause("2026-06-11 09:00", "2026-06-12 09:00")),
    case("new hours on the morning of the change", "london_wall", 30, "2026-10-24 12:00",
         Hours("2026-10-25 00:15", "london")),
]  # fmt: skip


def told_as_events(one: Case) -> list[Event]:
    rows: list[tuple[int, str, dict[str, Any]]] = [(at(one.opened), "opened", {})]
    for number, step in enumerate(one.steps):
        if isinstance(step, Pause):
            who = {"reason_class": "waiting_customer", "pause_id": str(number)}
            rows.append((at(step.start), "pause", who))
            if step.end is not None:
                rows.append((at(step.end), "resume", who))
        elif isinstance(step, Hours):
            rows.append((at(step.at), "calendar_version", {"calendar": step.calendar}))
        else:
            data: dict[str, Any] = {"target": round(step.hours * 3600), "mode": step.mode}
            if step.calendar is not None:
                data["calendar"] = step.calendar
            rows.append((at(step.at), "retargeted", data))
    rows.sort(key=lambda row: row[0])
    return [
        Event(seq=n, type=kind, at=when, data=data) for n, (when, kind, data) in enumerate(rows)
    ]


def told_as_a_walk(one: Case) -> tuple[Walk, int]:
    """The walk, and how much of it is promised."""
    origin = start = at(one.opened)
    pauses = [
        (at(step.start), None if step.end is None else at(step.end))
        for step in one.steps
        if isinstance(step, Pause)
    ]
    hours = [(origin, CALENDARS[one.calendar])]
    promised = round(one.hours * 3600)
    for step in one.steps:
        if isinstance(step, Hours):
            hours.append((at(step.at), CALENDARS[step.calendar]))
        elif isinstance(step, Terms):
            new, when = round(step.hours * 3600), at(step.at)
            used = Walk(start, hours, pauses).consumed(when)
            named = CALENDARS[step.calendar] if step.calendar else None
            if step.mode == "retro":
                start = origin
                hours = [(origin, named)] if named else hours
            elif step.mode == "restart":
                start, hours = when, [(when, named or hours[-1][1])]
            elif named:
                hours.append((when, named))
            if step.mode == "proportional":
                left = Fraction(new * (promised - used), promised)
                new = max(used + floor(left + Fraction(1, 2)), 0)
            promised = new
    return Walk(start, hours, pauses), promised


@pytest.mark.req("R-TMI-5")
@pytest.mark.parametrize("one", CASES, ids=lambda one: one.title)
def test_clock_and_walk_agree(one: Case) -> None:
    calendars = {name: Calendar.from_dict(config) for name, config in CALENDARS.items()}
    target = Target(Metric.RESOLUTION, round(one.hours * 3600), one.calendar, pauses=ALL_PAUSES)
    walk, promised = told_as_a_walk(one)
    now = at(one.opened) + 12 * 86_400

    view = fold(told_as_events(one), target, calendars=calendars, now=now)

    assert view.effective_target == promised
    assert view.due_at == walk.due(promised)
    assert view.consumed == walk.consumed(now)
    if one.by_hand:
        assert view.due_at == at(one.by_hand)


@pytest.mark.req("R-TMI-5")
def test_the_zone_of_the_team_decides_not_that_of_the_customer() -> None:
    told = [Event(seq=1, type="opened", at=at("2026-06-10 20:00"))]
    calendars = {name: Calendar.from_dict(config) for name, config in CALENDARS.items()}

    dues = {
        name: fold(
            told, Target(Metric.RESOLUTION, 3600, name), calendars=calendars,
            now=at("2026-06-10 20:00"),
        ).due_at
        for name in ("london", "new_york", "sydney", "open")
    }  # fmt: skip

    assert dues == {
        "london": at("2026-06-11 09:00"),
        "new_york": at("2026-06-10 21:00"),
        "sydney": at("2026-06-11 00:00"),
        "open": at("2026-06-10 21:00"),
    }


@pytest.mark.req("R-TMI-5")
@pytest.mark.parametrize(
    ("_case", "resumed", "recorded", "due"),
    [
        ("the clock is right", "2026-06-10 12:00", "2026-06-10 12:00", "2026-06-10 19:00"),
        ("it ran ahead", "2026-06-10 15:00", "2026-06-10 12:00", "2026-06-10 19:00"),
        ("it stepped back before the pause", "2026-06-10 08:30", "2026-06-10 12:00", None),
        ("it stepped back before the opening", "2026-06-10 07:00", "2026-06-10 12:00", None),
    ],
)
def test_a_clock_that_steps_never_gives_time_that_was_not_there(
    _case: str, resumed: str, recorded: str, due: str | None
) -> None:
    wait = {"reason_class": "waiting_customer", "pause_id": "1"}
    told = [
        Event(seq=1, type="opened", at=at("2026-06-10 08:00")),
        Event(seq=2, type="pause", at=at("2026-06-10 09:00"), data=wait),
        Event(seq=3, type="resume", at=at(resumed), recorded_at=at(recorded), data=wait),
    ]

    view = fold(
        told, Target(Metric.RESOLUTION, 8 * 3600, "open"),
        calendars={"open": Calendar.from_dict(OPEN)}, now=at("2026-06-10 13:00"),
    )  # fmt: skip

    # Ended before it began, the pause still stands: nobody said anything since.
    assert view.due_at == (at(due) if due else None)
