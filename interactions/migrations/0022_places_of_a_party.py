from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """A merge of two records finds the matters in which one took part."""

    atomic = False
    dependencies = [("interactions", "0021_calls_reach_as_long")]

    operations = [
        AddIndexConcurrently(
            model_name="participant",
            index=models.Index(
                condition=models.Q(("party__isnull", False)),
                fields=["party"],
                name="participant_by_party",
            ),
        ),
    ]
