"""Whatever has ended can be archived, with its files, plans and links, and comes back identical."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from crm.access import SYSTEM
from customers import archivable
from customers.models import ArchivedRecord
from customers.processes.archive_information import restore, run
from interactions.models import Attachment, FollowUp, Interaction, InteractionLink, Reading
from tests.customers.archive.factories import a_closed_interaction, a_retention_policy
from tests.customers.factories import a_customer, a_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 1, 3, tzinfo=UTC)
OLD = NOW - timedelta(days=101)


@pytest.fixture(autouse=True)
def _own_storage(tmp_path: Path, settings: Any) -> None:
    settings.STORAGE_DIR = tmp_path


def everything() -> dict[str, list[Any]]:
    found = {}
    for table in archivable.named("interaction").tables:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table.name} t ORDER BY 1")
            found[table.name] = cursor.fetchall()
    return found


@pytest.mark.req("R-CIM-14", "R-TMI-1")
def test_cancelled_and_merged_matters_go_whole_and_come_back_identical() -> None:
    version = a_retention_policy()
    target = a_closed_interaction(a_customer(), NOW, version)
    spam = a_closed_interaction(target.customer, OLD, version, status="cancelled")
    source = a_closed_interaction(
        target.customer, OLD, version, status="merged", merged_into=target
    )
    Attachment.objects.create(
        interaction=source, message=source.messages.get(), name="a.png", size=3,
        digest="d", content=b"\x00\xffPNG",
    )  # fmt: skip
    FollowUp.objects.create(interaction=spam, kind="call", note="Ring", due_at=OLD, created_by="e")
    FollowUp.objects.update(state="done", settled_at=OLD)
    InteractionLink.objects.create(interaction=spam, other=target, made_by="e")
    InteractionLink.objects.create(interaction=target, other=spam, made_by="e")
    Reading.objects.create(interaction=spam, user=a_user(), draft={"body": "x"})
    before = everything()
    assert len(before["interactions_followupevent"]) == 1

    assert run(data_class="interaction", actor=SYSTEM, now=NOW).archived == 2
    assert set(Interaction.objects.all()) == {target}
    assert target.links.count() == 1

    for record in ArchivedRecord.objects.all():
        restore(record_id=record.pk, actor=SYSTEM)
    assert everything() == before
