"""The account of a clock as a file: what it holds, what proves it, and that it left."""

import csv
import hashlib
import io
import json
from datetime import timedelta

import pytest

from crm.access import Actor
from crm.audit.models import Access
from crm.errors import RuleBroken
from customers import masking
from interactions.models import Interaction, SlaClock
from interactions.processes.track_interaction import dispute_file, explain, seal_timelines, sealing
from tests.interactions.factories import a_worker, an_interaction, the_clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain"), pytest.mark.req("R-TMI-6")]


def a_reader() -> Actor:
    return a_worker(masking.PERMISSION)


def a_clock() -> SlaClock:
    return the_clock(an_interaction(ago=timedelta(hours=3)), "first_response")


def test_it_says_every_second_in_utc_and_local_time_with_what_was_reckoned_by() -> None:
    clock, worker = a_clock(), a_reader()

    file = dispute_file(clock_id=clock.pk, format="json", actor=worker)

    told = json.loads(file.content)
    rows = explain(clock_id=clock.pk, actor=worker).rows
    assert [row["seconds"] for row in told["rows"]] == [row.seconds for row in rows]
    assert told["rows"][0]["from_utc"].endswith("Z")
    assert told["rows"][0]["from_local"]
    assert told["policyVersion"] == clock.capability_version_id
    assert told["calendarVersion"] == clock.calendar_version_id
    assert told["timeZoneRules"]
    assert told["promises"][0]["number"] == 1


def test_whoever_has_the_file_can_reckon_the_seal_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, worker = a_clock(), a_reader()
    monkeypatch.setattr(sealing, "_SETTLED", timedelta(0))
    assert seal_timelines(100) > 0

    told = json.loads(dispute_file(clock_id=clock.pk, format="json", actor=worker).content)

    sha = hashlib.sha256(b"")
    for event in told["events"]:
        sha.update(json.dumps(event, separators=(",", ":"), sort_keys=True).encode())
    assert told["seals"][-1]["digest"] == sha.hexdigest()
    assert told["timelineIsWhole"] is True


def test_a_sheet_runs_no_formula_and_holds_the_same() -> None:
    clock, worker = a_clock(), a_reader()
    SlaClock.objects.filter(pk=clock.pk).update(calendar='=HYPERLINK("http://x")')
    clock.commitments.update(reason="=1+1")

    file = dispute_file(clock_id=clock.pk, format="csv", actor=worker)

    lines = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    cells = [cell for line in lines for cell in line]
    assert not [cell for cell in cells if cell.startswith("=")]
    assert "'=1+1" in cells
    assert any(line[:1] == ["Edition of the zone rules"] and line[1] for line in lines)


def test_as_a_pdf_it_is_one() -> None:
    file = dispute_file(clock_id=a_clock().pk, format="pdf", actor=a_reader())

    assert file.content.startswith(b"%PDF-")


def test_that_it_left_the_house_is_on_record() -> None:
    clock, worker = a_clock(), a_reader()

    dispute_file(clock_id=clock.pk, format="csv", actor=worker)

    record = Access.objects.get(action="export")
    assert record.actor_id == worker.pk
    assert "account of the clock" in record.detail


def test_of_a_matter_out_of_sight_there_is_none_and_of_no_other_format() -> None:
    clock = a_clock()
    stranger = Actor(
        pk=a_reader().pk,
        name="x",
        permissions=frozenset(["interactions.view_interaction", masking.PERMISSION]),
    )

    with pytest.raises(Interaction.DoesNotExist):
        dispute_file(clock_id=clock.pk, format="pdf", actor=stranger)
    with pytest.raises(RuleBroken):
        dispute_file(clock_id=clock.pk, format="docx", actor=a_reader())


def test_for_whom_people_are_masked_there_is_none() -> None:
    with pytest.raises(SlaClock.DoesNotExist):
        dispute_file(clock_id=a_clock().pk, format="pdf", actor=a_worker())
    assert not Access.objects.filter(action="export").exists()
