"""Every case of the specification, and our own, computed by the clock."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from interactions.clock import ReplayError, replay
from tests.interactions.clock import golden

PUBLIC = Path(__file__).resolve().parents[4] / "shared" / "sla" / "cases.json"
DOCUMENT: dict[str, Any] = json.loads(PUBLIC.read_text()) if PUBLIC.exists() else {"cases": []}


def _asked(case: dict[str, Any], result: dict[str, object]) -> dict[str, object]:
    """The keys the case speaks of, without the local spelling of the same instants."""
    return {key: result.get(key, "absent") for key in _expected(case)}


def _expected(case: dict[str, Any]) -> dict[str, object]:
    return {key: value for key, value in case["expected"].items() if not key.endswith("_local")}


def _replayed(document: dict[str, Any], case: dict[str, Any]) -> dict[str, object]:
    (result,) = replay({**document, "cases": [case]})
    return result


@pytest.mark.req("R-TMI-5")
@pytest.mark.parametrize("case", DOCUMENT["cases"], ids=lambda case: case["id"])
def test_public_case_comes_out_as_specified(case: dict[str, Any]) -> None:
    result = _replayed(DOCUMENT, case)

    assert _asked(case, result) == _expected(case)


@pytest.mark.skipif(PUBLIC.exists(), reason="the specification folder is here")
def test_public_cases_need_the_specification_folder() -> None:
    pytest.skip("../shared/sla/cases.json is not here: only our own golden cases ran")


@pytest.mark.req("R-TMI-5")
@pytest.mark.parametrize("case", golden.CASES, ids=lambda case: case["id"])
def test_golden_case_comes_out_as_worked_by_hand(case: dict[str, Any]) -> None:
    result = _replayed(golden.DOCUMENT, case)

    assert _asked(case, result) == _expected(case)


def test_what_the_file_expects_is_never_read() -> None:
    lying = copy.deepcopy(golden.DOCUMENT)
    for case in lying["cases"]:
        case["expected"] = {"due_at_utc": "1999-01-01T00:00:00Z", "outcome": "met"}

    assert list(replay(lying)) == list(replay(golden.DOCUMENT))


def test_every_result_carries_every_key() -> None:
    (result,) = replay({**golden.DOCUMENT, "cases": golden.CASES[:1]})

    assert set(result) == {
        "id", "due_at_utc", "breach_at_utc", "stopped_at_utc", "outcome", "state_as_of",
        "consumed_seconds_as_of", "remaining_seconds_as_of", "effective_target_seconds",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "changes"),
    [
        ("reprioritise with a bare number", {"data": 14400}),
        ("reprioritise under its other name", {"type": "retargeted", "data": {"target": 14400}}),
        ("target_seconds", {"data": {"target_seconds": 14400}}),
        ("calendar as an object", {"data": {"target": 14400, "calendar": {"name": "BER"}}}),
        (
            "calendar written out",
            {"data": {"target": 14400, "calendar": golden.CALENDARS["BER"]}},
        ),
    ],
)
def test_shapes_of_event_data_mean_the_same(_case: str, changes: dict[str, Any]) -> None:
    change = {"type": "reprioritise", "at_utc": "2026-02-02T09:00:00Z", **changes}
    case = {
        "id": "x", "calendar": "BER", "metric": "resolution", "target_seconds": 28800,
        "events": [{"type": "opened", "at_utc": "2026-02-02T08:00:00Z"}, change],
    }  # fmt: skip

    assert _replayed(golden.DOCUMENT, case)["due_at_utc"] == "2026-02-02T12:00:00Z"


def test_as_of_values_do_not_know_what_came_later() -> None:
    case = {
        "id": "x", "calendar": "BER", "metric": "resolution", "target_seconds": 28800,
        "as_of_utc": "2026-02-02T09:00:00Z",
        "events": [
            {"type": "opened", "at_utc": "2026-02-02T08:00:00Z"},
            {"type": "resolved", "at_utc": "2026-02-02T10:00:00Z"},
        ],
    }  # fmt: skip
    result = _replayed(golden.DOCUMENT, case)

    assert (result["state_as_of"], result["consumed_seconds_as_of"]) == ("running", 3600)
    assert result["outcome"] == "met"


def test_waiting_for_ourselves_does_not_pause() -> None:
    case = {
        "id": "x", "calendar": "BER", "metric": "resolution", "target_seconds": 7200,
        "events": [
            {"type": "opened", "at_utc": "2026-02-02T08:00:00Z"},
            {"type": "pause", "at_utc": "2026-02-02T09:00:00Z", "data": "waiting_internal"},
        ],
    }  # fmt: skip

    assert _replayed(golden.DOCUMENT, case)["due_at_utc"] == "2026-02-02T10:00:00Z"


@pytest.mark.parametrize(
    ("_case", "case"),
    [
        ("unknown metric", {"metric": "mood", "target_seconds": 1, "calendar": "BER"}),
        ("no target", {"metric": "resolution", "calendar": "BER"}),
        ("unknown calendar", {"metric": "resolution", "target_seconds": 1, "calendar": "MARS"}),
        (
            "unreadable instant",
            {
                "metric": "resolution", "target_seconds": 1, "calendar": "BER",
                "events": [{"type": "opened", "at_utc": "yesterday"}],
            },
        ),
        ("a time before none", {"metric": "resolution", "target_seconds": -1, "calendar": "BER"}),
        ("half a second", {"metric": "resolution", "target_seconds": 1.5, "calendar": "BER"}),
        ("a yes", {"metric": "resolution", "target_seconds": True, "calendar": "BER"}),
        (
            "events that are no list",
            {"metric": "resolution", "target_seconds": 1, "calendar": "BER", "events": {}},
        ),
        (
            "stages that are no percentages",
            {"metric": "resolution", "target_seconds": 1, "calendar": "BER", "stages": ["half"]},
        ),
        (
            "an hour of no zone",
            {
                "metric": "resolution", "target_seconds": 1, "calendar": "BER",
                "events": [{"type": "opened", "at_utc": "2026-01-13T09:00:00"}],
            },
        ),
        (
            "the end of days",
            {
                "metric": "resolution", "target_seconds": 1, "calendar": "BER",
                "events": [{"type": "opened", "at_utc": "9999-12-31T23:59:59Z"}],
            },
        ),
    ],
)  # fmt: skip
def test_a_bad_case_says_so_and_the_rest_goes_on(_case: str, case: dict[str, Any]) -> None:
    bad, good = replay({**golden.DOCUMENT, "cases": [{"id": "bad", **case}, golden.CASES[0]]})

    assert set(bad) == {"id", "error"}
    assert "error" not in good


@pytest.mark.parametrize(
    ("_case", "document"),
    [
        ("a list", []),
        ("another schema", {"schema": "sla-cases/9", "cases": []}),
        ("no cases", {"schema": "sla-cases/1"}),
        (
            "a bad calendar",
            {"schema": "sla-cases/1", "calendars": {"X": {"tz": "Mars/Base"}}, "cases": []},
        ),
    ],
)
def test_a_file_that_is_no_case_file_is_refused(_case: str, document: object) -> None:
    with pytest.raises(ReplayError):
        list(replay(document))  # type: ignore[arg-type, unused-ignore]  # any JSON may come


def test_the_calendar_of_every_second_needs_no_writing_out() -> None:
    case = {
        "id": "x", "calendar": "ELAPSED", "metric": "resolution", "target_seconds": 60,
        "events": [{"type": "opened", "at_utc": "2026-02-01T03:00:00Z"}],
    }  # fmt: skip

    (result,) = replay({"schema": "sla-cases/1", "cases": [case]})

    assert result["due_at_utc"] == "2026-02-01T03:01:00Z"
