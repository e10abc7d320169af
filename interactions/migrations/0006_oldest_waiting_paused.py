from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """What a lead looks at first is read from the open, the waiting and the paused ones alone."""

    atomic = False
    dependencies = [("interactions", "0005_interactions_of_a_customer")]

    operations = [
        AddIndexConcurrently(
            model_name="interaction",
            index=models.Index(
                fields=["opened_at", "id"],
                name="interaction_open_by_age",
                condition=~models.Q(status__in=["completed", "closed", "cancelled", "merged"]),
            ),
        ),
        AddIndexConcurrently(
            model_name="interaction",
            index=models.Index(
                fields=["due_next_at", "id"],
                name="interaction_awaiting_customer",
                condition=models.Q(status="waiting_customer"),
            ),
        ),
        AddIndexConcurrently(
            model_name="slaclock",
            index=models.Index(
                fields=["interaction"],
                name="slaclock_paused",
                condition=models.Q(state="paused"),
            ),
        ),
    ]
