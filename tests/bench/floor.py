"""The floor: a WSGI application that does one raw psycopg statement, in the server of ours."""

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import psycopg
from django.conf import settings

from crm.wsgi import application as ours

_ONE = """
SELECT json_build_object('id', c.public_id, 'name', c.name, 'status', c.status,
  'engagedParty', json_build_object('id', p.public_id, 'name', p.name),
  'validFor', json_build_object('startDateTime', c.since),
  'account', (SELECT json_agg(json_build_object('id', a.public_id, 'name', a.number))
              FROM customers_account a WHERE a.customer_id = c.id),
  'agreement', (SELECT json_agg(json_build_object('id', g.public_id, 'name', g.name))
                FROM customers_agreement g WHERE g.customer_id = c.id),
  'contactMedium', (SELECT json_agg(json_build_object('mediumType', m.type,
                      'preferred', m.preferred, 'characteristic', m.characteristic))
                    FROM customers_contactmedium m
                    WHERE m.party_id = c.party_id AND m.valid_to IS NULL)
)::text
FROM customers_customer c JOIN customers_party p ON p.id = c.party_id
"""
_BY_ID = _ONE + "WHERE c.public_id = %s AND c.removed_at IS NULL"
_LIST = (
    "SELECT '[' || string_agg(j, ',') || ']' FROM ("
    + _ONE.replace(")::text", ")::text AS j")
    + "WHERE c.removed_at IS NULL ORDER BY c.id LIMIT 50) page"
)
_connection: psycopg.Connection[Any] | None = None


def _answer(path: str) -> bytes:
    global _connection  # noqa: PLW0603  # one connection per server process is the floor
    if _connection is None:
        _connection = psycopg.connect(settings.DATABASE_URL, autocommit=True, prepare_threshold=1)
    last = path.rsplit("/", 1)[-1]
    row = (
        _connection.execute(_LIST) if last == "list" else _connection.execute(_BY_ID, [last])
    ).fetchone()
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
