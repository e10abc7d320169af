from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Contacts of one customer by time, whole when many share a moment, and the open ones by due."""

    atomic = False
    dependencies = [("interactions", "0004_events_have_one_index")]

    operations = [
        AddIndexConcurrently(
            model_name="interaction",
            index=models.Index(
                fields=["customer", "-opened_at", "-id"], name="interaction_latest_of_customer"
            ),
        ),
        AddIndexConcurrently(
            model_name="interaction",
            index=models.Index(
                fields=["customer", "due_next_at", "id"],
                name="interaction_open_by_customer",
                condition=~models.Q(status__in=["completed", "closed", "cancelled", "merged"]),
            ),
        ),
        RemoveIndexConcurrently(model_name="interaction", name="interaction_by_customer"),
    ]
