"""Invented data at scale: each app says how to fill its own tables, in an order, with COPY.

Deterministic for a seed and a moment. Used by `manage.py generate`, the demo and the benchmarks.
"""

import random
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, models

_BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to invent: how many, from which seed, as seen at which moment."""

    customers: int
    interactions: int
    seed: int
    now: datetime
    # Of the interactions; unless said, the small share a living desk has.
    open: int | None = None

    def dice(self, part: str) -> random.Random:
        """Random numbers of its own for each part, so that parts do not disturb each other."""
        return random.Random(f"{self.seed}:{part}")  # noqa: S311  # repeatable, not secret


Report = Callable[[str, int, int], None]
"""Called as report(title, done, total) while rows are written."""


@dataclass(frozen=True, slots=True)
class Part:
    """One app's share of the work."""

    order: int
    title: str
    fill: Callable[[Wanted, Report], None]


_parts: dict[str, Part] = {}


def generates(
    *, order: int, title: str
) -> Callable[[Callable[[Wanted, Report], None]], Callable[[Wanted, Report], None]]:
    """Register how an app fills its tables; lower orders run first."""

    def register(fill: Callable[[Wanted, Report], None]) -> Callable[[Wanted, Report], None]:
        _parts[title] = Part(order, title, fill)
        return fill

    return register


def parts() -> list[Part]:
    return sorted(_parts.values(), key=lambda part: part.order)


def reserve_ids(model: type[models.Model], count: int) -> range:
    """A block of primary keys that nobody else will get."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(s, nextval(s) + %s) FROM pg_get_serial_sequence(%s, 'id') AS s",
            [count, table],
        )
        (last,) = cursor.fetchone() or (count,)
    return range(last - count, last)


def copy_text(model: type[models.Model], columns: Sequence[str], lines: Iterable[str]) -> None:
    """COPY lines that are written already as COPY reads them."""
    quoted = ", ".join(f'"{column}"' for column in columns)
    statement = f'COPY "{model._meta.db_table}" ({quoted}) FROM STDIN'
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write("".join(lines))


def copy_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """COPY rows into a model's table; columns not named take the database's own default."""
    written = 0
    quoted = ", ".join(f'"{column}"' for column in columns)
    statement = f'COPY "{model._meta.db_table}" ({quoted}) FROM STDIN'
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            written += 1
    return written


@contextmanager
def without_indexes(*filled: type[models.Model]) -> Iterator[None]:
    """Fill empty tables bare: indexes and foreign keys are made anew behind the rows.

    A million rows cost a third of it so. Primary keys stay, for they grow at their end; a table
    that holds rows keeps everything.
    """
    with connection.cursor() as cursor:
        empty = [one._meta.db_table for one in filled if not one._base_manager.exists()]
        cursor.execute(_REMOVABLE, {"tables": empty})
        found = cursor.fetchall()
        for drop, _ in found:
            cursor.execute(drop)
        yield
        # What looks up comes after what it looks in.
        for _, make in reversed(found):
            cursor.execute(make)


# Foreign keys from and to the tables, then unique constraints, then the other indexes: how each is
# dropped, and how it is made.
_REMOVABLE = """
WITH filled AS (SELECT name::regclass AS id FROM unnest(%(tables)s::text[]) AS t (name))
SELECT drop, make FROM (
  SELECT CASE contype WHEN 'f' THEN 1 ELSE 2 END AS turn, conname AS name,
         format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname) AS drop,
         format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
                pg_get_constraintdef(oid)) AS make
  FROM pg_constraint
  WHERE contype = 'f' AND (conrelid IN (SELECT id FROM filled)
                           OR confrelid IN (SELECT id FROM filled))
     OR contype = 'u' AND conrelid IN (SELECT id FROM filled)
  UNION ALL
  SELECT 3, i.indexrelid::regclass::text, format('DROP INDEX %%s', i.indexrelid::regclass),
         pg_get_indexdef(i.indexrelid)
  FROM pg_index i
  WHERE i.indrelid IN (SELECT id FROM filled)
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
) every
ORDER BY turn, name
"""


def analyze(*filled: type[models.Model]) -> None:
    """Tell the planner what was filled; it takes no lock that anybody would notice."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(model._meta.db_table for model in filled))


def batches(rows: Iterable[Any], size: int = _BATCH) -> Iterator[list[Any]]:
    """The rows in lists of at most `size`."""
    flow = iter(rows)
    while batch := list(islice(flow, size)):
        yield batch


def invented_id(dice: random.Random, at: datetime) -> uuid.UUID:
    """A version 7 UUID of that moment, the same for the same dice."""
    value = int(at.timestamp() * 1000) << 80 | dice.getrandbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    return uuid.UUID(int=value & ~(0b11 << 62) | 0b10 << 62)
