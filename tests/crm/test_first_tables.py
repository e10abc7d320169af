import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from crm.first_tables import CreateModels


def _operation() -> CreateModels:
    key = ("id", models.BigAutoField(primary_key=True))
    parent = models.ForeignKey("web.madefirst", on_delete=models.PROTECT)
    return CreateModels(
        [
            migrations.CreateModel("MadeFirst", [key]),
            migrations.CreateModel("MadeSecond", [key, ("parent", parent)]),
        ]
    )


@pytest.mark.django_db(transaction=True)
def test_tables_of_one_step_come_and_go_together() -> None:
    before, operation = ProjectState(), _operation()
    assert not before.apps.get_models(include_auto_created=True)
    after = before.clone()
    operation.state_forwards("web", after)
    made = {"web_madefirst", "web_madesecond"}

    with connection.schema_editor() as editor:
        operation.database_forwards("web", editor, before, after)
    assert made <= set(connection.introspection.table_names())

    with connection.schema_editor() as editor:
        operation.database_backwards("web", editor, after, before)
    assert not made & set(connection.introspection.table_names())
