import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.registry import slots
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


@pytest.mark.parametrize("slot", slots.declared(), ids=lambda slot: slot.key)
def test_every_declared_baseline_survives_its_sheet(slot: slots.Slot) -> None:
    sheet = Sheet(slot.baseline, slot.durations)

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


@given(st.integers(1, 10_000_000))
def test_duration_reads_back_as_written(seconds: int) -> None:
    sheet = Sheet({"wait": 1}, ("wait",))

    assert sheet.read({"c.wait": duration_words(seconds)})
    assert sheet.config == {"wait": seconds}
