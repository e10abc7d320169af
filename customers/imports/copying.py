"""Rows in PostgreSQL's COPY text form, built from a template that is compiled once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import models

NULL = r"\N"


@dataclass(frozen=True, slots=True)
class Form:
    """How rows of one table are written: the columns, and a template for the changing ones."""

    table: str
    columns: str
    template: str


def form(model: type[models.Model], given: Sequence[str], fixed: Mapping[str, Any]) -> Form:
    """The form of a table: `given` columns change with each row, the rest stays as in `fixed`.

    Columns named in neither get the model's default; what the database fills in is left to it.
    """
    columns, parts = [f'"{name}"' for name in given], ["%s"] * len(given)
    for column in model._meta.concrete_fields:
        name = str(column.column)
        if name in given:
            continue
        if name in fixed:
            value = fixed[name]
        elif column.primary_key or column.has_db_default() or column.generated:
            continue
        else:
            value = column.get_default()
        if isinstance(column, models.JSONField):
            value = orjson.dumps(value).decode()
        columns.append(f'"{name}"')
        parts.append(text(value).replace("%", "%%"))
    return Form(model._meta.db_table, ", ".join(columns), "\t".join(parts) + "\n")


def text(value: Any) -> str:
    """One value as COPY reads it."""
    if value.__class__ is str:
        return value if value.isalnum() else escaped(value)
    if value is None:
        return NULL
    if value is True:
        return "t"
    if value is False:
        return "f"
    return escaped(str(value))


def escaped(value: str) -> str:
    """Text in which no character means anything to COPY."""
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    if "\t" in value or "\n" in value or "\r" in value:
        return value.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return value
