"""The rows that hang off a record: moved set by set, and brought back to where they were.

Which tables those are is read from the models, so that a new table follows without being named.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from pghistory.models import Event

from customers.models import (
    ArchivedRecord,
    ContactMedium,
    Customer,
    DuplicateCase,
    MatchKey,
    Merge,
    Party,
    SearchToken,
)

# Bookkeeping of merges themselves, and what is made anew from the records.
_STAYS: frozenset[type[models.Model]] = frozenset({Merge, DuplicateCase, MatchKey, SearchToken})
Root = type[Customer] | type[Party]


@dataclass(frozen=True, slots=True)
class Following:
    """A column that says whose a row is."""

    model: type[models.Model]
    column: str

    @property
    def table(self) -> str:
        return self.model._meta.db_table


@cache
def following(root: Root) -> tuple[Following, ...]:
    """Every column of every app that points to this kind of record."""
    found = [
        Following(relation.related_model, relation.field.attname)
        for relation in root._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ManyToOneRel) and _follows(relation)
    ]
    if root is Customer:
        found.append(Following(ArchivedRecord, "customer_id"))
    return tuple(sorted(found, key=lambda one: (one.table, one.column)))


def _follows(relation: models.ManyToOneRel) -> bool:
    model: Any = relation.related_model
    return (
        model not in _STAYS
        and not issubclass(model, Event)
        and model._meta.managed
        # A row that is named after its record is not of it but is it: a profile is built anew.
        and not relation.field.primary_key
    )


def move(merge: Merge, root: Root, origin: int, target: int) -> int:
    """Give every row of one record to another, in one statement a table; says how many."""
    moved = 0
    for one in following(root):
        rows = _movable(one, root, origin, target)
        statement, params = rows.values("pk").query.sql_with_params()
        moved += _run(
            _MOVE, one, [target, *params, merge.pk, one.table, one.column, origin], rows=statement
        )
    return moved


def _movable(one: Following, root: Root, origin: int, target: int) -> "QuerySet[Any]":
    """Rows of the origin that do not stand at the target already; those stay where they are."""
    rows = one.model._base_manager.filter(**{one.column: origin}).order_by()
    for field in one.model._meta.concrete_fields:
        # A tie between the two would tie the one to itself.
        if field.related_model is root and field.attname != one.column:
            rows = rows.exclude(**{field.attname: target})
    if one.model is Customer:
        rows = rows.filter(removed_at=None)
    standing = one.model._base_manager.filter(**{one.column: target})
    for number, (rule, columns) in enumerate(_rules(one)):
        same = standing.filter(rule, **{column: OuterRef(column) for column in columns})
        taken = Case(When(rule, then=Exists(same)), default=Value(False))
        rows = rows.alias(**{f"_taken_{number}": taken}).filter(**{f"_taken_{number}": False})
    return rows


def _rules(one: Following) -> Iterator[tuple[Q, list[str]]]:
    """What may stand once only for each record: the rest of the columns, and when it counts."""
    field = next(f for f in one.model._meta.concrete_fields if f.attname == one.column)
    for constraint in one.model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and field.name in constraint.fields:
            others = [name for name in constraint.fields if name != field.name]
            yield constraint.condition or Q(pk__isnull=False), others
    if one.model is ContactMedium:
        # The same address twice on one record would be one address too many.
        yield Q(valid_to=None) & ~Q(normalised=""), ["type", "normalised"]


_MOVE = """
WITH moved AS (
  UPDATE {table} SET {column} = %s WHERE {key} IN ({rows}) RETURNING {key} AS id
)
INSERT INTO customers_mergedrow (merge_id, "table", "column", row_id, origin_id)
SELECT %s, %s, %s, moved.id, %s FROM moved
"""
_BACK = """
UPDATE {table} t SET {column} = m.origin_id
FROM customers_mergedrow m
WHERE m.merge_id = %s AND m."table" = %s AND m."column" = %s AND m.row_id = t.{key}
  AND t.{column} = ANY(%s)
"""


def bring_back(merge: Merge, root: Root, holders: list[int]) -> tuple[int, int]:
    """Give back what was moved and still stands with a holder; says how many came, and stayed."""
    came = 0
    for one in following(root):
        came += _run(_BACK, one, [merge.pk, one.table, one.column, holders])
    tables = [(one.table, one.column) for one in following(root)]
    wanted = merge.rows.filter(
        table__in={table for table, _column in tables},
        column__in={column for _table, column in tables},
    ).count()
    return came, wanted - came


def _run(statement: str, one: Following, params: list[Any], *, rows: str = "") -> int:
    quote = connection.ops.quote_name
    text = statement.format(
        table=quote(one.table),
        column=quote(one.column),
        key=quote(str(one.model._meta.pk.column)),
        rows=rows,
    )
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return int(cursor.rowcount)
