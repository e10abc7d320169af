"""The nightly task archives by the accepted policy, and says so when there is none."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from crm.schedule import SCHEDULE
from customers.models import ArchivedRecord
from customers.tasks import archive_by_policy
from interactions.models import Interaction
from tests.customers.archive.factories import a_closed_interaction, a_retention_policy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_storage(tmp_path: Path, settings: Any) -> None:
    settings.STORAGE_DIR = tmp_path


@pytest.mark.req("R-CIM-14")
def test_every_night_what_the_policy_names_is_archived() -> None:
    version = a_retention_policy()
    a_closed_interaction(None, timezone.now() - timedelta(days=101), version)

    archive_by_policy()

    assert ArchivedRecord.objects.count() == 1
    assert archive_by_policy.name in {job["task"] for job in SCHEDULE.values()}


@pytest.mark.req("R-CIM-13")
def test_without_a_policy_the_night_is_quiet() -> None:
    version = a_retention_policy()
    a_closed_interaction(None, timezone.now() - timedelta(days=101), version)
    type(version).objects.update(state="suspended")

    archive_by_policy()

    assert Interaction.objects.count() == 1
