"""Run a named .sql file with parameters; rows out as dictionaries."""

from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection


@cache
def text(name: str) -> str:
    """The statement of `"<app>/<question>.sql"`, read once."""
    app, _, question = name.partition("/")
    return (Path(apps.get_app_config(app).path) / "sql" / question).read_text(encoding="utf-8")


def rows(name: str, params: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Every row the named question answers, as column → value."""
    with connection.cursor() as cursor:
        cursor.execute(text(name), params or {})
        columns = [column.name for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
