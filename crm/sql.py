"""Run a named .sql file with parameters; rows out as dictionaries."""

from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.db import connection
from psycopg.types.string import StrDumper


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


def often(name: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    """The same for a question of every keystroke: bound by the server, which keeps its plan.

    Only for statements whose plan is good whatever the parameters say.
    """
    connection.ensure_connection()
    # Django's stubs know only its own cursors; the wrappers take any that speaks the same.
    raw: Any = psycopg.Cursor(connection.connection)
    # A parameter of no type would leave the server to guess.
    raw.adapters.register_dumper(str, StrDumper)
    logged = connection.queries_logged
    with connection.make_debug_cursor(raw) if logged else connection.make_cursor(raw) as cursor:
        cursor.execute(_bare(name), params)
        if logged:
            # Of a statement that the server has prepared the driver keeps no text.
            connection.queries_log[-1]["sql"] = connection.queries_log[-1]["sql"] or _bare(name)
        columns = [column.name for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


@cache
def _bare(name: str) -> str:
    """The statement from its first word on: nobody puts the reason of a change before a SELECT."""
    lines = text(name).splitlines()
    first = next(at for at, line in enumerate(lines) if not line.startswith("--"))
    return "\n".join(lines[first:])
