"""Archiving loses nothing, does nothing twice, and obeys only an accepted policy."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection, models
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers import archivable
from customers.archive import rows
from customers.archive.store import Store, digest
from customers.models import ArchivedRecord, ArchiveFile, ArchiveRun, Customer
from customers.processes import archive_information
from customers.processes.archive_information import damaged_files, preview, restore, run
from customers.processes.manage_consent import record_consent
from customers.processes.place_hold import place_hold, release_hold
from interactions.models import Interaction
from readiness.registry.resolve import CapabilityOff
from tests.customers.archive.factories import a_closed_interaction, a_retention_policy
from tests.customers.factories import a_customer, an_agent

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 1, 3, tzinfo=UTC)
OLD, YOUNG = NOW - timedelta(days=101), NOW - timedelta(days=99)


@pytest.fixture(autouse=True)
def _own_storage(tmp_path: Path, settings: Any) -> None:
    settings.STORAGE_DIR = tmp_path


def archive() -> ArchiveRun:
    return run(data_class="interaction", actor=SYSTEM, now=NOW)


def everything() -> dict[str, list[Any]]:
    """Every row of every table of the class, all columns."""
    found = {}
    for table in archivable.named("interaction").tables:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table.name} t ORDER BY 1")
            found[table.name] = cursor.fetchall()
    return found


@pytest.mark.req("R-CIM-14")
def test_what_is_old_enough_goes_and_what_is_not_stays() -> None:
    version = a_retention_policy()
    customer = a_customer()
    old = a_closed_interaction(customer, OLD, version)
    young = a_closed_interaction(customer, YOUNG, version)
    unfinished = a_closed_interaction(customer, OLD, version, status="in_progress")

    result = archive()

    assert set(Interaction.objects.all()) == {young, unfinished}
    assert (result.archived, result.held) == (1, 0)
    assert result.finished_at is not None
    record = ArchivedRecord.objects.get()
    assert (record.source_id, record.public_id, record.customer_id) == (
        old.pk,
        old.public_id,
        customer.pk,
    )


@pytest.mark.req("R-CIM-15")
def test_each_record_names_the_policy_version_and_why_it_may_be_there() -> None:
    version = a_retention_policy()
    silent, willing = a_customer(), a_customer()
    for customer in (silent, willing, None):
        a_closed_interaction(customer, OLD, version)
    record_consent(
        party_id=willing.party_id or 0,
        purpose_key="archiving",
        given=True,
        source="letter",
        actor=SYSTEM,
    )

    archive()

    found = ArchivedRecord.objects.values_list("customer_id", "acceptance_basis")
    assert dict(found) == {
        silent.pk: "policy-on-silence",
        willing.pk: "customer-accepted",
        None: "no-customer",
    }
    assert {record.capability_version_id for record in ArchivedRecord.objects.all()} == {version.pk}
    (file,) = ArchiveFile.objects.all()
    manifest = json.loads((Store.here().root / file.path).with_suffix(".json").read_text())
    assert manifest["capability_version"] == version.pk
    assert manifest["sha256"] == file.sha256 == digest(Store.here().root / file.path)
    assert (manifest["records"], manifest["rows"]["interactions_interactionevent"]) == (3, 9)


@pytest.mark.req("R-CIM-15")
def test_a_customer_who_declines_is_never_archived() -> None:
    version = a_retention_policy()
    customer = a_customer()
    a_closed_interaction(customer, OLD, version)
    record_consent(
        party_id=customer.party_id or 0,
        purpose_key="archiving",
        given=False,
        source="call",
        actor=SYSTEM,
    )

    result = archive()

    assert (result.archived, result.held) == (0, 1)
    assert Interaction.objects.count() == 1


@pytest.mark.req("R-CIM-15")
def test_silence_keeps_when_the_policy_says_so() -> None:
    version = a_retention_policy({"relationship": "live", "on_silence": "keep"})
    a_closed_interaction(a_customer(), OLD, version)

    assert archive().archived == 0
    assert preview(data_class="interaction", actor=SYSTEM, now=NOW).waits_for_answer == 1


@pytest.mark.req("R-CIM-12")
def test_whoever_still_needs_a_customer_keeps_the_rows_online() -> None:
    version = a_retention_policy()
    customer = a_customer()
    a_closed_interaction(customer, OLD, version)
    place_hold(customer_id=customer.pk, kind="dispute", reference="D-1", actor=SYSTEM)

    held = archive()
    release_hold(customer_id=customer.pk, kind="dispute", reference="D-1", actor=SYSTEM)
    free = archive()

    assert (held.archived, held.held) == (0, 1)
    assert free.archived == 1


@pytest.mark.req("R-CIM-13")
@pytest.mark.parametrize(
    ("status", "gone"), [("active", False), ("terminated", True), ("services-ended", False)]
)
def test_the_rule_for_the_state_of_the_relationship_applies(status: str, gone: bool) -> None:
    version = a_retention_policy(
        {"relationship": "live", "keep_days": 200}, {"relationship": "ended", "keep_days": 50}
    )
    ended: dict[str, Any] = (
        {"ended_at": OLD, "end_reason": "customer-asked"} if status == "terminated" else {}
    )
    a_closed_interaction(a_customer(status=status, **ended), OLD, version)

    archive()

    assert Interaction.objects.exists() is not gone


@pytest.mark.req("R-CIM-13")
def test_the_rule_of_the_own_jurisdiction_comes_before_the_general(settings: Any) -> None:
    settings.CRM_REGION = "PL"
    version = a_retention_policy(
        {"relationship": "live", "keep_days": 50},
        {"relationship": "live", "keep_days": 500, "jurisdiction": "PL"},
    )
    a_closed_interaction(a_customer(), OLD, version)

    assert archive().archived == 0


@pytest.mark.req("R-CIM-13")
def test_without_an_accepted_policy_nothing_goes() -> None:
    version = a_retention_policy()
    a_closed_interaction(a_customer(), OLD, version)
    for state in ("draft", "accepted", "suspended"):
        _only_version_is(state)

        with pytest.raises(CapabilityOff):
            archive()

    assert Interaction.objects.count() == 1
    assert ArchiveRun.objects.exists() is False


def _only_version_is(state: str) -> None:
    from readiness.registry import resolve

    apps.get_model("readiness", "CapabilityVersion")._default_manager.update(state=state)
    resolve.forget_snapshot()


@pytest.mark.req("R-CIM-13")
def test_the_dry_run_counts_what_the_real_run_does() -> None:
    version = a_retention_policy()
    for days in range(95, 110):
        a_closed_interaction(a_customer(), NOW - timedelta(days=days), version)
    held = Interaction.objects.filter(closed_at__lt=OLD).first()
    assert held is not None
    place_hold(customer_id=held.customer_id or 0, kind="legal", reference="L-1", actor=SYSTEM)

    before = preview(data_class="interaction", actor=SYSTEM, now=NOW)
    result = archive()

    assert (before.goes, before.held) == (result.archived, result.held) == (8, 1)


@pytest.mark.req("R-CIM-14")
def test_a_restored_record_is_identical_in_every_table_and_column() -> None:
    version = a_retention_policy()
    for _ in range(3):
        a_closed_interaction(a_customer(), OLD, version)
    before = everything()
    archive()
    emptied = everything()

    for record in ArchivedRecord.objects.all():
        restore(record_id=record.pk, actor=SYSTEM)

    assert not any(emptied.values())
    assert everything() == before
    assert len(before["interactions_commitment"]) == 3
    events = OutboxEvent.objects.filter(name__startswith="information").values_list(
        "name", flat=True
    )
    assert list(events) == ["information.archived", *["information.restored"] * 3]


def test_restoring_twice_restores_once() -> None:
    version = a_retention_policy()
    a_closed_interaction(a_customer(), OLD, version)
    archive()
    record = ArchivedRecord.objects.get()

    first = restore(record_id=record.pk, actor=SYSTEM).restored_at
    second = restore(record_id=record.pk, actor=SYSTEM).restored_at

    assert first == second
    assert Interaction.objects.count() == 1


def test_what_was_restored_stays_for_a_while_and_then_goes_again() -> None:
    version = a_retention_policy()
    interaction = a_closed_interaction(a_customer(), OLD, version)
    archive()
    restore(record_id=ArchivedRecord.objects.get().pk, actor=SYSTEM)

    soon = run(data_class="interaction", actor=SYSTEM, now=timezone.now() + timedelta(days=29))
    later = run(data_class="interaction", actor=SYSTEM, now=timezone.now() + timedelta(days=31))

    assert (soon.archived, soon.held) == (0, 1)
    assert later.archived == 1
    assert ArchivedRecord.objects.filter(source_id=interaction.pk).count() == 2


def test_a_damaged_file_is_named_and_nothing_comes_back_from_it() -> None:
    version = a_retention_policy()
    a_closed_interaction(a_customer(), OLD, version)
    archive()
    file = ArchiveFile.objects.get()
    path = Store.here().root / file.path
    path.write_bytes(path.read_bytes()[:-1] + b"?")

    with pytest.raises(RuleBroken, match="not what was sealed"):
        restore(record_id=ArchivedRecord.objects.get().pk, actor=SYSTEM)

    assert damaged_files() == [f"The archive file {file.path} is not what was sealed."]
    assert Interaction.objects.exists() is False


def test_many_batches_archive_each_record_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_information, "BATCH", 2)
    version = a_retention_policy()
    customers: list[Customer | None] = [a_customer(), a_customer(), None]
    ids = {
        a_closed_interaction(customer, OLD, version).pk for customer in customers for _ in range(3)
    }

    result = archive()

    assert result.archived == 9
    assert ArchiveFile.objects.count() == 5
    assert set(ArchivedRecord.objects.values_list("source_id", flat=True)) == ids


def test_out_of_time_stops_between_batches_and_the_next_run_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archive_information, "BATCH", 1)
    version = a_retention_policy()
    for _ in range(2):
        a_closed_interaction(a_customer(), OLD, version)

    first = run(data_class="interaction", actor=SYSTEM, now=NOW, seconds=-1)
    unfinished = first.finished_at is None
    second = archive()

    assert unfinished
    assert second == first
    assert second.archived == 2


def test_something_unknown_that_points_at_a_row_stops_the_batch_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    version = a_retention_policy()
    a_closed_interaction(a_customer(), OLD, version)
    before = everything()
    monkeypatch.setattr(rows, "delete_staged", _forgetting_one_table())

    with pytest.raises(Exception, match="would go"):
        archive()

    assert everything() == before
    assert ArchivedRecord.objects.exists() is False


def _forgetting_one_table() -> Callable[[object], int]:
    return lambda data_class: 0


@pytest.mark.req("R-CIM-14")
def test_every_table_that_points_at_an_archived_row_goes_with_it() -> None:
    data_class = archivable.named("interaction")
    names = {table.name for table in data_class.tables}
    covered = [model for model in apps.get_models() if model._meta.db_table in names]

    pointing = {
        related.related_model._meta.db_table
        for model in covered
        for related in model._meta.get_fields(include_hidden=True)
        if isinstance(related, models.ForeignObjectRel) and related.related_model
    }

    assert {model._meta.db_table for model in covered} == names
    assert pointing <= names


@pytest.mark.parametrize("what", [archive, lambda: preview(data_class="interaction", actor=SYSTEM)])
def test_the_system_may(what: Callable[[], object]) -> None:
    a_retention_policy()

    assert what() is not None


def test_somebody_without_the_role_archives_and_restores_nothing() -> None:
    version = a_retention_policy()
    a_closed_interaction(a_customer(), OLD, version)
    stranger = an_agent("search_archive")

    with pytest.raises(PermissionDenied):
        run(data_class="interaction", actor=stranger, now=NOW)
    with pytest.raises(PermissionDenied):
        restore(record_id=1, actor=stranger)

    assert Interaction.objects.count() == 1
