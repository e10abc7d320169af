from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("interactions", "0013_figures_kept_while_young"),
        ("customers", "0008_validity_indexes"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "0014_messages_against_wishes.sql").read_text(encoding="utf-8"),
            "DROP VIEW interactions_messages_against_wishes",
        )
    ]
