"""The floor: a WSGI application that runs one raw psycopg statement, in the server of ours.

The statement is the one our partner face renders the same document with, less the row that says
who looked; no framework, no token, no limit, no ETag: what is left is the database and the wire.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import psycopg
from django.conf import settings

from crm.wsgi import application as ours

_connection: psycopg.Connection[Any] | None = None


@cache
def _statement(what: str) -> str:
    """The compiled statement for one customer by its public id, or for a list of fifty."""
    from crm.access import SYSTEM
    from crm.tmf import reading, statement
    from crm.tmf.resource import Query
    from customers.api.tmf629_customer.resource import CUSTOMER

    values = {"base": "http://127.0.0.1"}
    if what == "list":
        compiled = CUSTOMER.compiled(Query(None, ()), SYSTEM)
        page = statement.filled(compiled.page, values)
        return f"SELECT '[' || string_agg(body, ',') || ']' FROM ({page} LIMIT 50) page"
    compiled = CUSTOMER.compiled(Query(None, reading._ONE), SYSTEM)
    return statement.filled(compiled.page, {**values, "0.0": what})


def _answer(path: str) -> bytes:
    global _connection  # noqa: PLW0603  # one connection per server process is the floor
    if _connection is None:
        _connection = psycopg.connect(settings.DATABASE_URL, autocommit=True)
    row = _connection.execute(_statement(path.rsplit("/", 1)[-1]).encode()).fetchone()
    return (row[0] if row else "").encode()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Paths below /floor/ do the statement; everything else is the product."""
    if not environ["PATH_INFO"].startswith("/floor/"):
        door: Callable[..., Iterable[bytes]] = ours
        return door(environ, start_response)
    body = _answer(environ["PATH_INFO"])
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]
