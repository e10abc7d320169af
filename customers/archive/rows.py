"""Rows of a data class out of their tables, and back into them, without losing a bit.

A row travels as PostgreSQL's own `to_jsonb`: numbers exact, instants to the microsecond, arrays
and nested documents as they stood; `jsonb_populate_record` is its exact inverse.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pgtrigger
from django.db import connection
from psycopg import sql

from customers.archivable import DataClass, Table
from customers.archive.store import ArchivedRow

# Statements go to the cursor as text: the history context reads them before PostgreSQL does.
_STAGED = sql.Identifier("archiving_rows")


def stage(data_class: DataClass, root_ids: Sequence[int]) -> dict[int, str]:
    """Collect every row of these records for this transaction; returns record → content hash."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        cursor.execute("DROP TABLE IF EXISTS archiving_rows")
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {staged} ON COMMIT DROP AS {rows}")
            .format(staged=_STAGED, rows=_all_rows(data_class))
            .as_string(),
            {"ids": list(root_ids)},
        )
        cursor.execute(_HASHES)
        return dict(cursor.fetchall())


_HASHES = """
SELECT root_id, encode(sha256(convert_to(
    string_agg(table_name || E'\\t' || content, E'\\n' ORDER BY position, row_id), 'UTF8'
)), 'hex')
FROM archiving_rows GROUP BY root_id
"""


def copy_out(data_class: DataClass, to: Path) -> int:
    """Copy the staged rows into a file; returns how many they are."""
    root = sql.Identifier(data_class.tables[0].name)
    statement = sql.SQL(
        "COPY (SELECT record.customer_id, staged.root_id, staged.position, staged.table_name,"
        " staged.row_id, staged.content FROM {staged} AS staged"
        " JOIN {root} AS record ON record.id = staged.root_id) TO STDOUT (FORMAT csv)"
    ).format(staged=_STAGED, root=root)
    with connection.cursor() as cursor:
        with to.open("wb") as file, cursor.copy(statement) as copy:
            for block in copy:
                file.write(block)
        cursor.execute("SELECT count(*) FROM archiving_rows")
        return int(cursor.fetchone()[0])


def counts() -> dict[str, int]:
    """Table → rows staged, for the manifest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name, count(*) FROM archiving_rows GROUP BY table_name")
        return dict(cursor.fetchall())


def delete_staged(data_class: DataClass) -> int:
    """Delete exactly the staged rows, the last table first; returns how many went."""
    gone = 0
    with pgtrigger.ignore(*data_class.append_only), connection.cursor() as cursor:
        for position, table in reversed(list(enumerate(data_class.tables))):
            cursor.execute(
                sql.SQL(
                    "DELETE FROM {table} WHERE {key} IN"
                    " (SELECT row_id FROM {staged} WHERE position = %s)"
                )
                .format(
                    table=sql.Identifier(table.name),
                    key=sql.Identifier(table.key),
                    staged=_STAGED,
                )
                .as_string(),
                [position],
            )
            gone += cursor.rowcount
        # A row that something else still points at stops the batch here, not at the commit.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return gone


def put_back(data_class: DataClass, rows: Iterable[ArchivedRow]) -> None:
    """Insert archived rows with the ids and values they had."""
    known = {table.name for table in data_class.tables}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        for row in rows:
            if row.table not in known:
                raise ValueError(f"{row.table} is no table of {data_class.key}.")
            table = sql.Identifier(row.table)
            cursor.execute(
                sql.SQL("INSERT INTO {table} SELECT (jsonb_populate_record(null::{table}, %s)).*")
                .format(table=table)
                .as_string(),
                [row.content],
            )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _all_rows(data_class: DataClass) -> sql.Composed:
    return sql.SQL(" UNION ALL ").join(
        _rows_of(position, table) for position, table in enumerate(data_class.tables)
    )


def _rows_of(position: int, table: Table) -> sql.Composed:
    parts: dict[str, Any] = {
        "root": sql.SQL(table.root),
        "position": sql.Literal(position),
        "name": sql.Literal(table.name),
        "table": sql.Identifier(table.name),
        "key": sql.Identifier("item", table.key),
        "joins": sql.SQL(table.joins),
    }
    return sql.SQL(
        "SELECT {root} AS root_id, {position} AS position, {name}::text AS table_name,"
        " {key} AS row_id, to_jsonb(item)::text AS content"
        " FROM {table} AS item {joins} WHERE {root} = ANY(%(ids)s)"
    ).format(**parts)
