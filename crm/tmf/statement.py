"""Compiled statements: everything fixed is written in, only slots are filled when they run.

The driver would otherwise parse the whole statement and adapt a hundred unchanging parameters at
each call, which costs more than the query itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.types.string import StrDumper

from crm.tmf.rendering import Slot

# A character no SQL text can hold fences the name of a slot.
_FENCE = "\x00"


def slot(name: str) -> str:
    """The place of a value in a statement."""
    return f"{_FENCE}{name}{_FENCE}"


def marked(text: str, params: Sequence[Any]) -> str:
    """A statement of the ORM with its fixed parameters written in and its slots fenced."""
    pieces = [piece.replace("%%", "%") for piece in text.split("%s")]
    if len(pieces) != len(params) + 1:
        raise ValueError("The statement and its parameters do not fit together.")
    written = [pieces[0]]
    for value, piece in zip(params, pieces[1:], strict=True):
        written.append(slot(value.name) if isinstance(value, Slot) else literal(value))
        written.append(piece)
    return "".join(written)


def literal(value: Any) -> str:
    """A value as the driver itself quotes it."""
    connection.ensure_connection()
    return sql.Literal(value).as_string(connection.connection)


@lru_cache(maxsize=1024)
def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split(_FENCE))


def filled(text: str, values: Mapping[str, Any]) -> str:
    """The statement to run: every slot replaced by its quoted value."""
    quoted: dict[str, str] = {}
    parts = list(_parts(text))
    for place in range(1, len(parts), 2):
        name = parts[place]
        if name not in quoted:
            quoted[name] = literal(values[name])
        parts[place] = quoted[name]
    return "".join(parts)


@lru_cache(maxsize=1024)
def _bindable(text: str) -> tuple[str, tuple[str, ...]]:
    """The statement with a placeholder for each slot, and the names of the slots in order."""
    parts = [part.replace("%", "%%") for part in text.split(_FENCE)]
    names = tuple(parts[1::2])
    parts[1::2] = ["%s"] * len(names)
    return "".join(parts), names


@contextmanager
def running(text: str, values: Mapping[str, Any]) -> Iterator[Any]:
    """A cursor on which the statement ran, its slots bound by the server.

    The same text comes again and again: after a few calls the server keeps its plan (see
    `prepare_threshold`), which is half the price of a small question.
    """
    bindable, names = _bindable(text)
    connection.ensure_connection()
    # Django's stubs know only its own cursors; the wrappers take any that speaks the same.
    raw: Any = psycopg.Cursor(connection.connection)
    # A parameter of no type would leave the server to guess.
    raw.adapters.register_dumper(str, StrDumper)
    logged = connection.queries_logged
    with connection.make_debug_cursor(raw) if logged else connection.make_cursor(raw) as cursor:
        cursor.execute(bindable, [values[name] for name in names])
        yield cursor
