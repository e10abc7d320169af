import pytest
from django.core.management import call_command
from django.db.migrations import AlterField
from django.db.migrations.loader import MigrationLoader

OURS = ("crm.", "customers.", "interactions.", "readiness.")


@pytest.mark.django_db
def test_every_model_change_has_its_migration(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    except SystemExit:
        pytest.fail(capsys.readouterr().out)


def test_no_migration_proves_a_foreign_key_anew() -> None:
    """Django drops and adds the key of a field it alters: a whole table is read under its lock."""
    altered = [
        f"{label}.{name}: {change.model_name}.{change.name}"
        for (label, name), migration in MigrationLoader(None).disk_migrations.items()
        if migration.__module__.startswith(OURS)
        for change in migration.operations
        if isinstance(change, AlterField) and change.field.remote_field
    ]

    assert altered == []
