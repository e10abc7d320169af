from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """A late receipt finds the text it is about among those in doubt, however many were sent."""

    atomic = False
    dependencies = [("interactions", "0017_people_at_their_desks")]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                fields=["recipient"],
                name="message_in_doubt",
                condition=models.Q(state="failed", sent_at=None, handed_over_at__isnull=False),
            ),
        ),
    ]
