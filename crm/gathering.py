"""Write what many small steps want written together: a statement a table, not a statement a row.

A process says `insert`, `insert_once` and `update` and need not know whether it runs for one
matter or for two hundred. Within `gathered()` rows are kept and written at its end, tables that
others point to before those; outside it everything is written at once. A row that is kept has no
id before the end, and whoever changes rows holds their locks.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from graphlib import TopologicalSorter
from typing import Any, TypeVar

from django.db.models import Model

M = TypeVar("M", bound=Model)


class _Gathering:
    """What waits to be written."""

    def __init__(self) -> None:
        self.new: dict[type[Model], list[Model]] = {}
        # By the column whose value makes it happen once.
        self.once: dict[tuple[type[Model], str], dict[Any, list[Model]]] = {}
        self.unless_there: dict[type[Model], list[Model]] = {}
        self.changed: dict[type[Model], dict[Any, tuple[Model, set[str]]]] = {}
        self.afterwards: list[Callable[[], object]] = []

    def change(self, row: Model, fields: tuple[str, ...]) -> None:
        # One that is still to be inserted is inserted as it stands at the end.
        if row._state.adding:
            return
        _kept, names = self.changed.setdefault(type(row), {}).setdefault(row.pk, (row, set()))
        names.update(fields)

    def write(self) -> None:
        for model in self._in_order():
            for (about, column), by_value in self.once.items():
                if about is model:
                    _write_once(model, column, by_value)
            if rows := self.new.get(model):
                model._default_manager.bulk_create(rows)
            if rows := self.unless_there.get(model):
                model._default_manager.bulk_create(rows, ignore_conflicts=True)
        for model, changed in self.changed.items():
            fields = sorted(set().union(*(names for _row, names in changed.values())))
            model._default_manager.bulk_update([row for row, _names in changed.values()], fields)
        for step in self.afterwards:
            step()

    def _in_order(self) -> list[type[Model]]:
        models = {*self.new, *(model for model, _column in self.once), *self.unless_there}
        pointing = {
            model: {
                field.related_model
                for field in model._meta.concrete_fields
                if field.related_model in models and field.related_model is not model
            }
            for model in models
        }
        return list(TopologicalSorter(pointing).static_order())


_current: ContextVar[_Gathering | None] = ContextVar("gathering", default=None)


@contextmanager
def gathered() -> Iterator[None]:
    """Write at the end what is said within; nothing, when the block fails."""
    if _current.get() is not None:
        yield
        return
    gathering = _Gathering()
    token = _current.set(gathering)
    try:
        yield
    finally:
        _current.reset(token)
    gathering.write()


def insert(*rows: Model) -> None:
    """Write new rows of one table."""
    if not rows:
        return
    model, gathering = type(rows[0]), _current.get()
    if gathering is not None:
        gathering.new.setdefault(model, []).extend(rows)
    elif len(rows) == 1:
        rows[0].save(force_insert=True)
    else:
        model._default_manager.bulk_create(rows)


def insert_once(row: M, *, by: str) -> M:
    """Write a row unless there is one with this value of `by`; answers with the one that stands."""
    value, gathering = getattr(row, by), _current.get()
    if gathering is None:
        model = type(row)
        model._default_manager.bulk_create([row], ignore_conflicts=True)
        return model._default_manager.get(**{by: value})
    same = gathering.once.setdefault((type(row), by), {}).setdefault(value, [])
    same.append(row)
    return row


def insert_unless_there(*rows: Model) -> None:
    """Write new rows of one table, without those that some constraint knows already."""
    if not rows:
        return
    model, gathering = type(rows[0]), _current.get()
    if gathering is not None:
        gathering.unless_there.setdefault(model, []).extend(rows)
    else:
        model._default_manager.bulk_create(rows, ignore_conflicts=True)


def update(row: Model, *fields: str) -> None:
    """Write changed fields of a row whose lock we hold."""
    gathering = _current.get()
    if gathering is not None:
        gathering.change(row, fields)
    else:
        row.save(update_fields=fields)


def afterwards(step: Callable[[], object]) -> None:
    """Do this once everything said before is written and has its id."""
    gathering = _current.get()
    if gathering is not None:
        gathering.afterwards.append(step)
    else:
        step()


def _write_once(model: type[Model], column: str, rows: dict[Any, list[Model]]) -> None:
    # Not read beforehand: another transaction may be about to write the same.
    model._default_manager.bulk_create([same[0] for same in rows.values()], ignore_conflicts=True)
    standing = model._default_manager.filter(**{f"{column}__in": list(rows)})
    for value, pk in standing.values_list(column, "pk"):
        for row in rows[value]:
            row.pk = pk
            row._state.adding = False
