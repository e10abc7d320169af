from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Found by an own field are only the matters that have one: the index holds no others."""

    atomic = False
    dependencies = [("interactions", "0013_own_fields")]

    operations = [
        AddIndexConcurrently(
            model_name="interaction",
            index=GinIndex(
                OpClass("characteristics", name="jsonb_path_ops"),
                name="interaction_by_own_field",
                condition=models.Q(("characteristics", []), _negated=True),
            ),
        ),
    ]
