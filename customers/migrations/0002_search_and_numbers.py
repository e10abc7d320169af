"""Folding in the database, and the counter behind customer numbers."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [
        migrations.RunSQL(
            (SQL / "0002_search_and_numbers.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION crm_fold(text); DROP FUNCTION crm_new_id();"
            "DROP SEQUENCE customers_customer_number;",
        )
    ]
