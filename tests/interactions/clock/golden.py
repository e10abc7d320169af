"""Cases worked by hand, in the schema `sla-cases/1`: the suite means something by itself."""

from typing import Any

_DAYS = ("1", "2", "3", "4", "5")
_ALL = (*_DAYS, "6", "7")


def _calendar(tz: str, *hours: str, days: tuple[str, ...] = _DAYS, **more: Any) -> dict[str, Any]:
    spans = [span.split("-") for span in hours]
    return {"tz": tz, "weekly": dict.fromkeys(days, spans), "exceptions": {}, **more}


CALENDARS: dict[str, Any] = {
    "BER": _calendar("Europe/Berlin", "09:00-17:00"),
    "BER_J19": _calendar("Europe/Berlin", "09:00-17:00", exceptions={"2026-06-19": []}),
    "BER_SAT": _calendar(
        "Europe/Berlin", "09:00-17:00", exceptions={"2026-02-07": [["10:00", "12:00"]]}
    ),
    "NYC_ALL": _calendar("America/New_York", "00:00-24:00", days=_ALL),
    "NYC_SUN": _calendar("America/New_York", "00:00-01:30", days=("7",)),
    "LHI_ALL": _calendar("Australia/Lord_Howe", "00:00-24:00", days=_ALL),
    "LHI_NIGHT": _calendar("Australia/Lord_Howe", "00:00-02:00", days=_ALL),
    "CAI_NIGHT": _calendar("Africa/Cairo", "00:00-08:00", days=_ALL),
    "CAI_LATE": _calendar("Africa/Cairo", "22:00-24:00", days=_ALL),
    "APIA": _calendar("Pacific/Apia", "09:00-17:00"),
    "KTM": _calendar("Asia/Kathmandu", "10:00-17:00"),
    "NEVER": _calendar("Europe/Berlin", days=()),
    "ELAPSED": {"tz": "UTC", "weekly": {}, "always": True},
}


def _case(
    title: str, calendar: str, metric: str, hours: float, *events: tuple[Any, ...], **rest: Any
) -> dict[str, Any]:
    expected = {key: value for key, value in rest.items() if key not in {"as_of_utc", "stages"}}
    given = {key: value for key, value in rest.items() if key not in expected}
    return {
        "id": title,
        "calendar": calendar,
        "metric": metric,
        "target_seconds": int(hours * 3600),
        "events": [
            {"type": row[0], "at_utc": row[1], **({"data": row[2]} if len(row) > 2 else {})}
            for row in events
        ],
        "expected": expected,
        **given,
    }


_UP = {"target": 14400, "calendar": "ELAPSED"}

CASES: list[dict[str, Any]] = [
    _case("wall week gains the repeated hour", "NYC_ALL", "resolution", 4,
          ("opened", "2026-11-01T03:00:00Z"),
          due_at_utc="2026-11-01T07:00:00Z"),
    _case("an interval that ends in the repeated hour is open twice", "NYC_SUN", "resolution", 2,
          ("opened", "2026-11-01T04:00:00Z"),
          due_at_utc="2026-11-01T06:30:00Z"),
    _case("on an ordinary Sunday it is open once", "NYC_SUN", "resolution", 2,
          ("opened", "2026-11-08T05:00:00Z"),
          due_at_utc="2026-11-15T05:30:00Z"),
    _case("half-hour fall-back: the date is 24.5 h long", "LHI_ALL", "resolution", 24,
          ("opened", "2026-04-04T13:00:00Z"),
          due_at_utc="2026-04-05T13:00:00Z"),
    _case("half-hour fall-back: two hours of night last two and a half", "LHI_NIGHT", "resolution",
          2.5, ("opened", "2026-04-04T12:00:00Z"),
          due_at_utc="2026-04-04T15:30:00Z"),
    _case("half-hour spring-forward: two hours of night last two", "LHI_NIGHT", "resolution", 2,
          ("opened", "2026-10-03T12:00:00Z"),
          due_at_utc="2026-10-03T15:30:00Z"),
    _case("midnight does not exist: the night shift is an hour short", "CAI_NIGHT", "resolution", 8,
          ("opened", "2026-04-23T20:00:00Z"),
          due_at_utc="2026-04-24T22:00:00Z"),
    _case("the hour before midnight comes twice", "CAI_LATE", "resolution", 3,
          ("opened", "2026-10-29T18:00:00Z"),
          due_at_utc="2026-10-29T22:00:00Z"),
    _case("a date that never was is no working day", "APIA", "resolution", 2,
          ("opened", "2011-12-30T02:00:00Z"),
          due_at_utc="2012-01-01T20:00:00Z"),
    _case("45-minute zone", "KTM", "first_response", 1,
          ("opened", "2026-01-16T10:45:00Z"),
          due_at_utc="2026-01-19T04:45:00Z"),
    _case("extra Saturday hours", "BER_SAT", "resolution", 3,
          ("opened", "2026-02-06T15:00:00Z"),
          due_at_utc="2026-02-07T11:00:00Z"),
    _case("opened at the second of closing", "BER", "first_response", 1,
          ("opened", "2026-01-16T16:00:00Z"),
          due_at_utc="2026-01-19T09:00:00Z"),
    _case("exactly one day is due at closing, not at the next opening", "BER", "resolution", 8,
          ("opened", "2026-02-02T08:00:00Z"),
          due_at_utc="2026-02-02T16:00:00Z"),
    _case("a calendar that never opens is never due", "NEVER", "resolution", 1,
          ("opened", "2026-02-02T08:00:00Z"),
          due_at_utc=None, breach_at_utc=None, state_as_of="running"),
    _case("overlapping pauses count once", "BER", "resolution", 4,
          ("opened", "2026-02-02T08:00:00Z"),
          ("pause", "2026-02-02T09:00:00Z", "waiting_customer"),
          ("pause", "2026-02-02T10:00:00Z", "waiting_third_party"),
          ("resume", "2026-02-02T11:00:00Z", "waiting_customer"),
          ("resume", "2026-02-02T12:00:00Z", "waiting_third_party"),
          due_at_utc="2026-02-02T15:00:00Z"),
    _case("overlapping pauses paired by order alone", "BER", "resolution", 4,
          ("opened", "2026-02-02T08:00:00Z"),
          ("pause", "2026-02-02T09:00:00Z"), ("pause", "2026-02-02T10:00:00Z"),
          ("resume", "2026-02-02T11:00:00Z"), ("resume", "2026-02-02T12:00:00Z"),
          due_at_utc="2026-02-02T15:00:00Z"),
    _case("one resume ends a pause set twice", "BER", "resolution", 4,
          ("opened", "2026-02-02T08:00:00Z"),
          ("pause", "2026-02-02T09:00:00Z"), ("pause", "2026-02-02T10:00:00Z"),
          ("resume", "2026-02-02T11:00:00Z"),
          due_at_utc="2026-02-02T14:00:00Z"),
    _case("a pause outside hours changes nothing", "BER", "resolution", 9,
          ("opened", "2026-02-02T08:00:00Z"), ("pause", "2026-02-02T18:00:00Z"),
          ("resume", "2026-02-03T06:00:00Z"),
          due_at_utc="2026-02-03T09:00:00Z"),
    _case("first response is not pausable", "BER", "first_response", 2,
          ("opened", "2026-02-02T08:00:00Z"), ("pause", "2026-02-02T09:00:00Z"),
          due_at_utc="2026-02-02T10:00:00Z", state_as_of="running"),
    _case("a pause after the due time does not undo the breach", "BER", "resolution", 1,
          ("opened", "2026-02-02T08:00:00Z"), ("pause", "2026-02-02T10:00:00Z"),
          as_of_utc="2026-02-03T10:00:00Z", due_at_utc="2026-02-02T09:00:00Z",
          breach_at_utc="2026-02-02T09:00:00Z", state_as_of="breached",
          consumed_seconds_as_of=7200, remaining_seconds_as_of=-3600),
    _case("resumed: the same remaining, later", "BER", "resolution", 8,
          ("opened", "2026-02-02T08:00:00Z"), ("pause", "2026-02-02T09:00:00Z"),
          ("resume", "2026-02-10T12:00:00Z"),
          as_of_utc="2026-02-10T13:00:00Z", due_at_utc="2026-02-11T11:00:00Z",
          state_as_of="running", consumed_seconds_as_of=7200, remaining_seconds_as_of=21600),
    _case("resolved, reopened: the time between does not count", "BER", "resolution", 8,
          ("opened", "2026-02-02T08:00:00Z"), ("resolved", "2026-02-02T12:00:00Z"),
          ("reopened", "2026-02-03T12:00:00Z"),
          due_at_utc="2026-02-03T16:00:00Z", outcome=None, stopped_at_utc=None),
    _case("reopened and resolved on the dot", "BER", "resolution", 8,
          ("opened", "2026-02-02T08:00:00Z"), ("resolved", "2026-02-02T12:00:00Z"),
          ("reopened", "2026-02-03T12:00:00Z"), ("resolved", "2026-02-03T16:00:00Z"),
          due_at_utc="2026-02-03T16:00:00Z", outcome="met", stopped_at_utc="2026-02-03T16:00:00Z"),
    _case("resolved a second late", "BER", "resolution", 1,
          ("opened", "2026-02-02T08:00:00Z"), ("resolved", "2026-02-02T09:00:01Z"),
          due_at_utc="2026-02-02T09:00:00Z", outcome="breached",
          breach_at_utc="2026-02-02T09:00:00Z", stopped_at_utc="2026-02-02T09:00:01Z"),
    _case("merged: the clock is cancelled", "BER", "resolution", 8,
          ("opened", "2026-02-02T08:00:00Z"), ("merged", "2026-02-02T10:00:00Z"),
          outcome="cancelled", state_as_of="cancelled", stopped_at_utc="2026-02-02T10:00:00Z"),
    _case("next response has not started before the customer writes again", "BER",
          "next_response", 2,
          ("opened", "2026-01-12T08:00:00Z"), ("agent_reply", "2026-01-12T08:10:00Z"),
          due_at_utc=None, state_as_of="not_started", outcome=None),
    _case("next response: the latest cycle is judged", "BER", "next_response", 2,
          ("opened", "2026-01-12T08:00:00Z"), ("customer_message", "2026-01-12T09:00:00Z"),
          ("agent_reply", "2026-01-12T13:00:00Z"), ("customer_message", "2026-01-12T14:00:00Z"),
          due_at_utc="2026-01-12T16:00:00Z", outcome=None),
    _case("periodic update restarts at each public update", "BER", "periodic_update", 4,
          ("opened", "2026-01-12T08:00:00Z"), ("internal_note", "2026-01-12T09:00:00Z"),
          ("agent_reply", "2026-01-12T11:00:00Z"),
          due_at_utc="2026-01-12T15:00:00Z"),
    _case("proportional keeps the fraction", "BER", "resolution", 8,
          ("opened", "2026-02-06T15:00:00Z"),
          ("reprioritise", "2026-02-07T09:00:00Z", {**_UP, "mode": "proportional"}),
          due_at_utc="2026-02-07T12:30:00Z", effective_target_seconds=16200),
    _case("carry is the default mode", "BER", "resolution", 8,
          ("opened", "2026-02-06T15:00:00Z"), ("reprioritise", "2026-02-07T09:00:00Z", _UP),
          due_at_utc="2026-02-07T12:00:00Z", effective_target_seconds=14400),
    _case("retro keeps pauses", "BER", "resolution", 8,
          ("opened", "2026-02-06T15:00:00Z"), ("pause", "2026-02-06T17:00:00Z"),
          ("resume", "2026-02-06T19:00:00Z"),
          ("reprioritise", "2026-02-07T09:00:00Z", {**_UP, "mode": "retro"}),
          due_at_utc="2026-02-06T21:00:00Z", breach_at_utc="2026-02-07T09:00:00Z"),
    _case("a holiday declared when it is over changes nothing", "BER", "resolution", 10,
          ("opened", "2026-06-18T14:00:00Z"),
          ("calendar_version", "2026-06-20T08:00:00Z", {"name": "BER_J19"}),
          due_at_utc="2026-06-22T08:00:00Z"),
    _case("a holiday declared at noon closes the afternoon only", "BER", "resolution", 4,
          ("opened", "2026-06-18T14:00:00Z"),
          ("calendar_version", "2026-06-19T09:00:00Z", {"calendar": "BER_J19"}),
          due_at_utc="2026-06-22T08:00:00Z"),
    _case("late stages lie beyond the due time", "BER", "resolution", 4,
          ("opened", "2026-01-16T14:00:00Z"), stages=[125, 150],
          stage_at_utc={"125": "2026-01-19T11:00:00Z", "150": "2026-01-19T12:00:00Z"}),
    _case("stages round up to the next second", "ELAPSED", "resolution", 7 / 3600,
          ("opened", "2026-01-16T14:00:00Z"), stages=[50, 75],
          stage_at_utc={"50": "2026-01-16T14:00:04Z", "75": "2026-01-16T14:00:06Z"}),
    _case("an open pause leaves the later stages without an instant", "BER", "resolution", 4,
          ("opened", "2026-02-02T08:00:00Z"), ("pause", "2026-02-02T11:00:00Z"), stages=[50, 90],
          stage_at_utc={"50": "2026-02-02T10:00:00Z", "90": None}),
]  # fmt: skip

DOCUMENT: dict[str, Any] = {"schema": "sla-cases/1", "calendars": CALENDARS, "cases": CASES}
