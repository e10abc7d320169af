"""Built beside the traffic: the largest table there is."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("interactions", "0017_seals_and_zone_rules")]

    operations = [
        AddIndexConcurrently(
            "interactionevent",
            models.Index(
                condition=models.Q(("type", "completed")),
                fields=["actor_id", "occurred_at"],
                name="interactionevent_completed_by",
            ),
        )
    ]
