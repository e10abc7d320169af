"""Which data can be archived: each class says which rows belong together and when they are closed.

Apps above register theirs, so that archiving knows nothing of who they are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, LiteralString

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Table:
    """One table whose rows go with a record; `root` is the record's id, seen from `item`.

    `joins` leads from `item` to where that id stands, when it is not in the row itself.
    """

    name: LiteralString
    root: LiteralString
    joins: LiteralString = ""
    key: LiteralString = "id"


@dataclass(frozen=True, slots=True)
class DataClass:
    """Records that are archived whole: the record's own table first, then what hangs off it.

    Rows are deleted from the last table to the first and restored from the first to the last.
    `append_only` names the triggers that forbid deleting, switched off for one transaction.
    `reference` gives a record's id as people read it to each other.
    """

    key: str
    title: str | Promise
    model: type[models.Model]
    closed: Q
    closed_at: str
    happened_at: str
    label: str
    tables: tuple[Table, ...]
    append_only: tuple[str, ...] = ()
    reference: Callable[[int], str] = str

    def rows(self) -> "models.QuerySet[Any]":
        return self.model._default_manager.all()


_registered: dict[str, DataClass] = {}


def register(data_class: DataClass) -> DataClass:
    if _registered.setdefault(data_class.key, data_class) is not data_class:
        raise ValueError(f"Data class {data_class.key} is registered twice.")
    return data_class


def registered() -> tuple[DataClass, ...]:
    return tuple(_registered[key] for key in sorted(_registered))


def named(key: str) -> DataClass:
    """The data class of that key; KeyError when nobody registered it."""
    return _registered[key]
