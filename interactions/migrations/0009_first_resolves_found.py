from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """What was first resolved in a period is found without reading every clock."""

    atomic = False
    dependencies = [("interactions", "0008_first_resolves")]

    operations = [
        AddIndexConcurrently(
            model_name="slaclock",
            index=models.Index(
                fields=["first_stopped_at"],
                name="slaclock_by_first_stop",
                condition=models.Q(first_stopped_at__isnull=False),
            ),
        ),
    ]
