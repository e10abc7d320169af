import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.registry import slots
from readiness.registry.settings import Setting
from readiness.web.config_sheet import Sheet, duration_words

POLICY: dict[str, Any] = {
    "automatic": True,
    "days": 30,
    "channels": ["phone", "chat"],
    "rules": [
        {"name": "gold", "when": {"tier": ["gold"]}, "targets": {"first": 3600, "last": 7200}},
        {"name": "urgent", "when": {"priority": [1, 2]}, "targets": {"first": 1800}},
    ],
    "hours": {"1": [["08:00", "20:00"]]},
}
TIMED = ("rules.*.targets.*",)


def filled(sheet: Sheet) -> dict[str, str]:
    """What a browser posts when nobody touched anything."""
    posted: dict[str, str] = {}
    for part in sheet.parts():
        boxes = [*part.boxes, *(box for row in part.rows for box in row.boxes)]
        posted |= {box.name: box.text for box in boxes if box.kind != "flag" or box.checked}
        if part.counter:
            posted[part.counter] = str(len(part.rows))
    return posted


def test_untouched_sheet_gives_the_same_configuration() -> None:
    sheet = Sheet(POLICY, TIMED)

    assert sheet.read(filled(sheet)) is True
    assert sheet.config == POLICY


@pytest.mark.django_db  # some choices are those in use
@pytest.mark.parametrize("slot", slots.declared(), ids=lambda slot: slot.key)
def test_every_declared_baseline_survives_its_sheet(slot: slots.Slot) -> None:
    sheet = Sheet.of(slot, slot.baseline)

    assert sheet.read(filled(sheet)), sheet.errors
    assert sheet.config == json.loads(json.dumps(slot.baseline))


def test_rule_is_changed_added_and_removed() -> None:
    sheet = Sheet(POLICY, TIMED)

    posted = filled(sheet) | {
        "c.rules.0.targets.first": "30 min",
        "c.rules.1.-": "on",
        "c.rules.2.name": "new",
        "c.rules.2.targets.first": "1 h 30 min",
    }

    assert sheet.read(posted) is True
    assert sheet.config["rules"] == [
        {"name": "gold", "when": {"tier": ["gold"]}, "targets": {"first": 1800, "last": 7200}},
        {"name": "new", "targets": {"first": 5400}},
    ]


def test_unticked_box_is_false() -> None:
    sheet = Sheet(POLICY, TIMED)
    posted = filled(sheet)
    del posted["c.automatic"]

    sheet.read(posted)

    assert sheet.config["automatic"] is False


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("c.rules.0.targets.first", "soon", "Write a time such as 8 h or 30 min, not “soon”."),
        ("c.days", "many", "“many” is not a number."),
        ("c.hours.1", "[", "Can't be read as JSON"),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_box(name: str, text: str, sentence: str) -> None:
    sheet = Sheet(POLICY, TIMED)

    assert sheet.read(filled(sheet) | {name: text}) is False
    boxes = [box for part in sheet.parts() for row in part.rows for box in row.boxes]
    boxes += [box for part in sheet.parts() for box in part.boxes]
    box = next(box for box in boxes if box.name == name)
    assert box.error.startswith(sentence)
    assert box.text == text


def test_huge_row_count_is_capped() -> None:
    sheet = Sheet(POLICY, TIMED)

    sheet.read(filled(sheet) | {"c.rules.#": "999999999"})

    assert len(sheet.config["rules"]) == 2


HOURS: dict[str, Any] = {
    "calendars": {
        "desk": {
            "weekly": {"1": [["08:00", "12:00"], ["13:00", "17:00"]]},
            "exceptions": {"2026-12-25": {"name": "Christmas Day", "intervals": []}},
        }
    }
}
WORDS = {
    "calendars": Setting("Calendars", one="Calendar"),
    "calendars.*.weekly": Setting("", also=("1", "7")),
    "calendars.*.weekly.1": Setting("Monday", kind="hours"),
    "calendars.*.weekly.7": Setting("Sunday", kind="hours"),
    "calendars.*.exceptions": Setting("Holidays", one="Day", keyed="Date"),
    "calendars.*.exceptions.*.name": Setting("What it is"),
    "calendars.*.exceptions.*.intervals": Setting("Open", kind="hours"),
}


def test_a_shorter_way_of_writing_is_shown_as_it_stands() -> None:
    desk = {**HOURS["calendars"]["desk"], "exceptions": {"2026-12-25": [["08:00", "12:00"]]}}

    sheet = Sheet({"calendars": {"desk": desk}}, settings=WORDS)

    assert any("08:00" in str(box.text) for part in sheet.parts() for box in part.boxes)


def test_sheet_speaks_the_words_of_its_slot() -> None:
    sheet = Sheet(HOURS, settings=WORDS)

    desk, holidays = sheet.parts()

    assert (desk.title, [box.label for box in desk.boxes]) == (
        "Calendar “desk”",
        ["Monday", "Sunday"],
    )
    assert [box.shown for box in desk.boxes] == ["08:00–12:00, 13:00–17:00", ""]
    assert (holidays.title, holidays.heads) == (
        "Calendar “desk”: Holidays",
        ["Date", "What it is", "Open"],
    )


def test_a_day_and_a_holiday_are_added() -> None:
    sheet = Sheet(HOURS, settings=WORDS)
    posted = filled(sheet) | {
        "c.calendars.desk.weekly.7": "10:00-14:00",
        "c.calendars.desk.exceptions.1.#key": "2026-12-26",
        "c.calendars.desk.exceptions.1.name": "Boxing Day",
    }

    assert sheet.read(posted), sheet.errors

    desk = sheet.config["calendars"]["desk"]
    assert desk["weekly"] == {
        "1": [["08:00", "12:00"], ["13:00", "17:00"]],
        "7": [["10:00", "14:00"]],
    }
    assert desk["exceptions"] == {
        "2026-12-25": {"name": "Christmas Day", "intervals": []},
        "2026-12-26": {"name": "Boxing Day", "intervals": []},
    }


def test_the_same_day_twice_is_said_beside_the_second() -> None:
    sheet = Sheet(HOURS, settings=WORDS)

    assert not sheet.read(filled(sheet) | {"c.calendars.desk.exceptions.1.#key": "2026-12-25"})
    assert list(sheet.errors) == ["c.calendars.desk.exceptions.1.#key"]


def test_what_may_be_chosen_keeps_what_may_not_be_chosen_any_more() -> None:
    settings = {"channels": Setting("Channels", choices={"phone": "Phone", "chat": "Chat"})}
    (part,) = Sheet({"channels": ["phone", "fax"]}, settings=settings).parts()

    assert [(one.value, one.on) for one in part.boxes[0].choices] == [
        ("phone", True),
        ("chat", False),
        ("fax", True),
    ]
    assert part.boxes[0].shown == "Phone, fax"


@given(st.integers(1, 10_000_000))
def test_duration_reads_back_as_written(seconds: int) -> None:
    sheet = Sheet({"wait": 1}, ("wait",))

    assert sheet.read({"c.wait": duration_words(seconds)})
    assert sheet.config == {"wait": seconds}
