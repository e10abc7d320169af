"""History from a file: every spelling read, once, with nothing invented."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from interactions.imports import __file__ as imports
from interactions.models import ArmedClock, Interaction, InteractionEvent, SlaClock
from interactions.processes.import_interactions import Result, import_interactions
from interactions.processes.track_interaction import rebuild
from interactions.reasons import load_reasons

pytestmark = pytest.mark.django_db

MAPPING_FILE = Path(imports).parent / "mappings" / "comcast_complaints.json"
MAPPING = json.loads(MAPPING_FILE.read_text(encoding="utf-8"))
REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "comcast_complaints.csv"
HEADER = (
    "Ticket #,Customer Complaint,Date,Date_month_year,Time,Received Via,City,State,Zip code,"
    "Status,Filing on Behalf of Someone\n"
)
ROW = (
    "250635,Slow speeds,22-04-15,22-Apr-15,3:53:50 PM,Customer Care Call,"
    "Abingdon,Maryland,21009,{},No\n"
)


@pytest.fixture(autouse=True)
def _reasons(db: None) -> None:
    load_reasons()


def take_in(text: str | bytes, *, dry_run: bool = False, mapping: Any = MAPPING) -> Result:
    raw = text if isinstance(text, bytes) else text.encode()
    return import_interactions(
        file=io.BytesIO(raw),
        file_name="complaints.csv",
        mapping=mapping,
        dry_run=dry_run,
        actor=SYSTEM,
    )


def test_a_row_becomes_an_interaction_at_the_local_time_of_its_state() -> None:
    result = take_in(HEADER + ROW.format("Closed"))

    assert result.numbers() == {
        "total": 1, "created": 1, "updated": 0, "unchanged": 0, "failed": 0,
    }  # fmt: skip
    one = Interaction.objects.get()
    assert one.opened_at == datetime(2015, 4, 22, 19, 53, 50, tzinfo=UTC)
    assert (one.channel, one.status, one.region) == ("phone", "closed", "Maryland")
    assert (one.external_id, one.customer, one.reason and one.reason.key) == (
        "250635",
        None,
        "slow-internet",
    )
    assert one.as_given["filedForSomeoneElse"] == "No"


@pytest.mark.parametrize(
    ("given", "status", "events"),
    [
        ("Open", "logged", ["opened"]),
        ("Pending", "in_progress", ["opened"]),
        ("Solved", "completed", ["opened", "completed"]),
        ("Closed", "closed", ["opened", "completed", "closed"]),
    ],
)
def test_each_status_has_its_timeline(given: str, status: str, events: list[str]) -> None:
    take_in(HEADER + ROW.format(given))

    one = Interaction.objects.get()
    assert one.status == status
    assert list(one.events.order_by("seq").values_list("type", flat=True)) == events
    assert rebuild(interaction_id=one.pk) == []


def test_history_starts_no_clock_and_says_why() -> None:
    take_in(HEADER + ROW.format("Open"))

    assert SlaClock.objects.exists() is ArmedClock.objects.exists() is False
    assert "history" in InteractionEvent.objects.get().data["no_promise_because"]


def test_an_end_nobody_wrote_down_is_marked_as_unknown() -> None:
    take_in(HEADER + ROW.format("Closed"))

    one = Interaction.objects.get()
    assert (one.as_given["endUnknown"], one.outcome, one.customer_informed) == (
        True,
        "not-recorded",
        "not-recorded",
    )


def test_taken_in_again_it_changes_nothing() -> None:
    take_in(HEADER + ROW.format("Closed"))
    again = take_in(HEADER + ROW.format("Closed"))

    assert (again.created, again.unchanged) == (0, 1)
    assert Interaction.objects.count() == 1
    assert OutboxEvent.objects.filter(name="interactions.imported").count() == 2


def test_what_is_here_and_differs_is_not_overwritten() -> None:
    take_in(HEADER + ROW.format("Open"))
    again = take_in(HEADER + ROW.format("Closed"))

    assert (again.created, again.unchanged, len(again.problems)) == (0, 0, 1)
    assert Interaction.objects.get().status == "logged"


def test_a_trial_keeps_nothing_and_gives_the_same_numbers() -> None:
    text = HEADER + ROW.format("Open") + ROW.format("Nowhere").replace("250635", "1")

    trial = take_in(text, dry_run=True)
    assert Interaction.objects.exists() is False

    assert trial.numbers() == take_in(text).numbers()


@pytest.mark.parametrize(
    ("_case", "row", "column", "reason"),
    [
        ("no such day", ROW.format("Open").replace("22-Apr", "31-Apr"), "Date_month_year", "Not a"),
        ("days differ", ROW.format("Open").replace("22-04", "21-04"), "Date_month_year", "differ"),
        ("no time", ROW.format("Open").replace("3:53:50 PM", "noon"), "Time", "Not a date"),
        ("unknown state", ROW.format("Open").replace("Maryland", "Atlantis"), "State", "Expected"),
        ("unknown status", ROW.format("Lost"), "Status", "Expected one of"),
        (
            "unknown channel",
            ROW.format("Open").replace("Customer Care Call", "Fax"),
            "Received Via",
            "Exp",
        ),
        ("no id", ROW.format("Open").replace("250635", ""), "Ticket #", "Nothing stands here"),
        (
            "no subject",
            ROW.format("Open").replace("Slow speeds", ""),
            "Customer Complaint",
            "Nothing",
        ),
        ("too few", "1,2,3\n", "", "3 values, but 11 columns"),
        (
            "future",
            ROW.format("Open").replace("22-04-15", "22-04-65").replace("Apr-15", "Apr-65"),
            "Date_month_year",
            "come",
        ),
    ],
)
def test_a_bad_row_is_named_and_the_rest_goes_in(
    _case: str, row: str, column: str, reason: str
) -> None:
    good = ROW.format("Open").replace("250635", "777")

    result = take_in(HEADER + row + good)

    (problem,) = result.problems
    assert (problem.line, problem.column) == (2, column)
    assert reason in problem.reason
    assert Interaction.objects.get().external_id == "777"


@pytest.mark.parametrize(
    ("_case", "row"),
    [
        ("leading zero lost", ROW.replace("22-04-15,22-Apr-15", "5-4-15,5-Apr-15")),
        ("four digits", ROW.replace("22-04-15,22-Apr-15", "05-04-2015,05-Apr-2015")),
        ("slashes", ROW.replace("22-04-15,22-Apr-15", "05/04/2015,")),
        ("iso", ROW.replace("22-04-15,22-Apr-15", "2015-04-05,")),
        (
            "state in capitals",
            ROW.replace("22-04-15,22-Apr-15", "05-04-15,05-Apr-15").replace("Maryland", "MARYLAND"),
        ),
    ],
)
def test_dates_are_read_in_every_usual_spelling(_case: str, row: str) -> None:
    take_in(HEADER + row.format("Open"))

    assert Interaction.objects.get().opened_at.date().isoformat() == "2015-04-05"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_accents_survive_every_usual_encoding(encoding: str) -> None:
    text = HEADER + ROW.format("Open").replace("Slow speeds", "Señal débil")

    take_in(text.encode(encoding))

    assert Interaction.objects.get().subject == "Señal débil"


@pytest.mark.parametrize(
    ("_case", "mapping"),
    [
        ("no schema", {}),
        ("no source", {key: value for key, value in MAPPING.items() if key != "source"}),
        ("a column that isn't there", MAPPING | {"subject": {"column": "Gripe"}}),
        ("an unknown channel", MAPPING | {"channel": {"column": "Status", "map": {"Open": "fax"}}}),
        (
            "an unknown zone",
            MAPPING | {"opened": MAPPING["opened"] | {"zone": {"default": "Mars"}}},
        ),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(_case: str, mapping: Any) -> None:
    with pytest.raises(RuleBroken):
        take_in(HEADER, mapping=mapping)


def test_the_number_of_statements_does_not_grow_with_the_rows() -> None:
    few = HEADER + "".join(ROW.format("Open").replace("250635", str(n)) for n in range(5))
    many = HEADER + "".join(ROW.format("Open").replace("250635", str(n)) for n in range(100, 600))
    counted = []
    for text in (few, many):
        with CaptureQueriesContext(connection) as captured:
            take_in(text)
        counted.append(len(captured))

    assert counted[0] == counted[1]


@pytest.mark.skipif(not REAL.exists(), reason="the sample data is not beside the repository")
def test_the_real_file_goes_in_whole_and_dry_and_real_agree(capsys: Any) -> None:
    numbers = []
    for flags in (["--dry-run"], []):
        call_command("import_interactions", REAL, "--mapping", MAPPING_FILE, "--json", *flags)
        numbers.append(json.loads(capsys.readouterr().out))

    assert numbers[0]["total"] == numbers[1]["total"] == numbers[1]["created"] == 2224
    assert numbers[0]["problems"] == numbers[1]["problems"] == []
    statuses = Interaction.objects.values_list("status", flat=True)
    assert {name: list(statuses).count(name) for name in set(statuses)} == {
        "completed": 973,
        "closed": 734,
        "logged": 363,
        "in_progress": 154,
    }
