from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Found by tag are only the matters that have one: the index holds no others."""

    atomic = False
    dependencies = [("interactions", "0011_tags_on_matters")]

    operations = [
        AddIndexConcurrently(
            model_name="interaction",
            index=GinIndex(
                fields=["tags"],
                name="interaction_by_tag",
                condition=models.Q(("tags", []), _negated=True),
            ),
        ),
    ]
