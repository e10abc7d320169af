from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    """Orders by how their number begins, in any case."""

    atomic = False
    dependencies = [("customers", "0002_search_and_numbers")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                OpClass(Upper("external_id"), name="text_pattern_ops"), name="order_by_number"
            ),
        ),
    ]
