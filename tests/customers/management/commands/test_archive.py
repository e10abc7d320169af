"""`manage.py archive`: count, run, verify, bring back."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from customers.archive.store import Store
from customers.models import ArchivedRecord, ArchiveFile
from interactions.models import Interaction
from tests.customers.archive.factories import a_closed_interaction, a_retention_policy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_old_interaction(tmp_path: Path, settings: Any) -> None:
    settings.STORAGE_DIR = tmp_path
    version = a_retention_policy()
    a_closed_interaction(None, timezone.now() - timedelta(days=101), version, subject="Slow")


def archive(*arguments: str) -> str:
    out = StringIO()
    call_command("archive", *arguments, stdout=out)
    return out.getvalue()


def test_dry_run_counts_and_changes_nothing() -> None:
    assert archive("--dry-run") == "interaction: 1 would go, 0 are held back\n"
    assert Interaction.objects.count() == 1


def test_run_verify_and_restore() -> None:
    assert "interaction: 1 archived, 0 held back" in archive()
    assert archive("--verify") == "Every sealed file is there and is what was sealed.\n"
    assert archive(f"--restore={ArchivedRecord.objects.get().pk}") == "Slow is back.\n"


def test_a_missing_file_is_named() -> None:
    archive()
    (Store.here().root / ArchiveFile.objects.get().path).unlink()

    with pytest.raises(CommandError, match="is missing"):
        archive("--verify")
