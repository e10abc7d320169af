from django.db import migrations, models
from django.db.models import deletion

_INDEX = "interactions_interactionevent_interaction_id_b804d042"


class Migration(migrations.Migration):
    """The unique (interaction, seq) finds the events of a matter as well.

    The index that came with the foreign key was written on every event and asked by nobody. It is
    dropped by name: altering the field would drop the foreign key too, and prove every event anew
    while nobody can write one.
    """

    atomic = False
    dependencies = [("interactions", "0003_partners_message_tries")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX CONCURRENTLY IF EXISTS {_INDEX}",
                    f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {_INDEX}"
                    " ON interactions_interactionevent (interaction_id)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="interactionevent",
                    name="interaction",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=deletion.PROTECT,
                        related_name="events",
                        to="interactions.interaction",
                    ),
                )
            ],
        )
    ]
