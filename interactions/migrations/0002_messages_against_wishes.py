from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("interactions", "0001_initial"),
        ("customers", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0002_messages_against_wishes.sql").read_text(encoding="utf-8"),
            "DROP VIEW interactions_messages_against_wishes",
        )
    ]
