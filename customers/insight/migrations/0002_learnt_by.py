"""Built beside the traffic: one fact or more for every customer."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("insight", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            "fact",
            models.Index(
                condition=models.Q(("interaction__isnull", False)),
                fields=["recorded_by", "recorded_at"],
                name="fact_learnt_by",
            ),
        )
    ]
