from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """What was given to another team is found without reading every step of every matter."""

    atomic = False
    dependencies = [("interactions", "0006_oldest_waiting_paused")]

    operations = [
        AddIndexConcurrently(
            model_name="interactionevent",
            index=models.Index(
                fields=["interaction"],
                name="interactionevent_transferred",
                condition=models.Q(type="transferred"),
            ),
        ),
    ]
