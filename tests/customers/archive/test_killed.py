"""Killed at any point of any batch, the archive loses nothing and holds nothing twice."""

import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from crm.access import SYSTEM
from crm.events.models import OutboxEvent
from customers.archive.store import Store
from customers.models import ArchivedRecord, ArchiveFile, ArchiveRun
from customers.processes import archive_information
from customers.processes.archive_information import damaged_files, restore, run
from interactions.models import Interaction
from tests.customers.archive.factories import a_closed_interaction, a_retention_policy
from tests.customers.archive.killed_archiver import NOW
from tests.customers.factories import a_customer
from tests.customers.processes.test_archive_information import everything

pytestmark = pytest.mark.django_db(transaction=True)

RECORDS = 5
PHASES = ("claimed", "copied", "written", "placed", "deleted", "sealed")


@pytest.fixture(autouse=True)
def _own_storage(tmp_path: Path, settings: Any) -> None:
    settings.STORAGE_DIR = tmp_path


@pytest.fixture
def before() -> dict[str, list[Any]]:
    version = a_retention_policy()
    for number in range(RECORDS):
        closed_at = NOW - timedelta(days=200 + number)
        a_closed_interaction(a_customer() if number % 2 else None, closed_at, version)
    return everything()


def kill_an_archiver(storage: Path, phase: str, nth: int) -> None:
    command = [
        *(sys.executable, "-m", "tests.customers.archive.killed_archiver"),
        *(str(connection.settings_dict["NAME"]), str(storage), phase, str(nth)),
    ]
    root = Path(__file__).resolve().parents[3]
    ended = subprocess.run(command, cwd=root, capture_output=True, check=False, timeout=120)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()


def assert_nothing_lost_and_nothing_twice() -> None:
    online = set(Interaction.objects.values_list("pk", flat=True))
    archived = list(ArchivedRecord.objects.values_list("source_id", flat=True))
    assert len(online) + len(archived) == RECORDS
    assert online.isdisjoint(archived)
    assert len(set(archived)) == len(archived)


@pytest.mark.req("R-CIM-14")
@pytest.mark.parametrize("phase", PHASES)
def test_killed_while_archiving(phase: str, before: dict[str, list[Any]], tmp_path: Path) -> None:
    kill_an_archiver(tmp_path, phase, 2)
    assert_nothing_lost_and_nothing_twice()

    result = run(data_class="interaction", actor=SYSTEM, now=NOW)

    assert_nothing_lost_and_nothing_twice()
    assert Interaction.objects.exists() is False
    assert (result.archived, ArchiveRun.objects.count()) == (RECORDS, 1)
    assert ArchiveFile.objects.filter(sealed_at=None).exists() is False
    assert damaged_files() == []
    known = {str(Store.here().root / file.path) for file in ArchiveFile.objects.all()}
    assert {str(path) for path in tmp_path.rglob("*.parquet*")} == known
    assert not list(tmp_path.rglob("*.part"))
    told = OutboxEvent.objects.filter(name="information.archived").values_list("payload", flat=True)
    assert sum(payload["count"] for payload in told) == RECORDS
    for record in ArchivedRecord.objects.all():
        restore(record_id=record.pk, actor=SYSTEM)
    assert everything() == before


@pytest.mark.req("R-CIM-14")
def test_two_archivers_at_once_archive_each_record_once(
    before: dict[str, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_information, "BATCH", 1)
    both_ready = threading.Barrier(2, timeout=30)
    troubles: list[BaseException] = []

    def work() -> None:
        try:
            both_ready.wait()
            run(data_class="interaction", actor=SYSTEM, now=NOW)
        except BaseException as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    assert troubles == []
    run(data_class="interaction", actor=SYSTEM, now=NOW)
    assert_nothing_lost_and_nothing_twice()
    assert Interaction.objects.exists() is False
    for record in ArchivedRecord.objects.all():
        restore(record_id=record.pk, actor=SYSTEM)
    assert everything() == before
