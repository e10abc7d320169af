"""Run the compiled statements: a page or one resource, with the row that says who looked."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from crm import sql
from crm.audit.models import Access
from crm.tmf import paging, statement
from crm.tmf.fields import wanted
from crm.tmf.filters import Asked, conditions, sort
from crm.tmf.resource import Caller, Compiled, Condition, Query, Resource

_ONE = (Condition("id", "=", 1),)


@dataclass(frozen=True, slots=True)
class Found:
    """One rendered resource."""

    body: str
    revision: int
    pk: int


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered page."""

    body: str
    shown: int
    total: paging.Total
    window: paging.Window


_SLOTS = (
    "limit",
    "offset",
    "cap",
    "commit",
    "actor",
    "actor_name",
    "subject",
    "purpose",
    "detail",
    "request",
)


@cache
def _wrapper(name: str) -> str:
    """A statement around a page, with its own slots fenced."""
    text = sql.text(name).replace("{seen}", sql.text("tmf/seen.sql"))
    text = text.replace("{table}", Access._meta.db_table)
    for one in _SLOTS:
        text = text.replace(f"{{{one}}}", statement.slot(one))
    return text


@lru_cache(maxsize=512)
def _around(name: str, compiled: Compiled) -> str:
    return _wrapper(name).replace("{count}", compiled.count).replace("{page}", compiled.page)


def _looked(resource: Resource, caller: Caller, detail: str) -> dict[str, Any]:
    actor = caller.actor
    return {
        "base": caller.base,
        "actor": actor.pk,
        "actor_name": actor.name,
        "subject": resource.subject,
        "purpose": caller.purpose,
        "detail": detail[:200],
        "request": caller.request_id,
        "commit": _commit(),
    }


def _commit() -> str:
    # The access row commits with the read. Waiting for its disk flush would cost more than the
    # read itself; docs/decisions/0020-reads-write-one-row.md says what that risks.
    return "on" if settings.CRM_ACCESS_LOG_WAITS_FOR_DISK else "off"


def one(
    resource: Resource, public_id: str, caller: Caller, fields: tuple[str, ...] | None = None
) -> Found | None:
    """One resource as bytes of JSON, in one statement; None when it is not there for the caller."""
    compiled = resource.compiled(Query(fields, _ONE), caller.actor)
    values = {**_looked(resource, caller, ""), "0.0": public_id}
    with statement.running(_around("tmf/item.sql", compiled), values) as cursor:
        row = cursor.fetchone()
    return Found(row[0], row[1], row[2]) if row else None


def unseen(
    resource: Resource, caller: Caller, *, pk: int, fields: tuple[str, ...] | None = None
) -> Found | None:
    """The same by primary key and without an access row: for answers to writes, and for events."""
    compiled = resource.compiled(Query(fields, (Condition("pk", "=", 1),)), caller.actor)
    with statement.running(compiled.page, {"base": caller.base, "0.0": pk}) as cursor:
        row = cursor.fetchone()
    return Found(row[0], row[1], row[2]) if row else None


def page(resource: Resource, asked: Asked, caller: Caller) -> Page:
    """A page and the number of all, in one statement."""
    window = paging.window(asked.reserved)
    shapes, values = conditions(asked.filters, resource)
    query = Query(
        wanted(asked.reserved.get("fields"), resource),
        shapes,
        sort(asked.reserved.get("sort"), resource),
    )
    compiled = resource.compiled(query, caller.actor)
    key = (resource.path, resource.scope(caller.actor), shapes, tuple(sorted(values.items())))
    many = paging.remembered(key)
    values |= _looked(resource, caller, asked_for(asked))
    values |= {
        "limit": window.limit,
        "offset": window.offset,
        "cap": 0 if many else paging.EXACT_UP_TO + 1,
    }
    whole = _around("tmf/page.sql", compiled)
    body, shown, counted = _run(whole, values, bounded=_costly(query))
    total = _total(counted, window, shown, many)
    if total is None:
        expected = paging.estimate(key, statement.filled(compiled.count, values))
        total = paging.Total(expected, exact=False)
    return Page(body, shown, total, window)


def _costly(query: Query) -> bool:
    return bool(query.conditions or query.sort)


def _run(text: str, values: dict[str, Any], *, bounded: bool) -> tuple[str, int, int]:
    """Execute; a question of the caller's own making gets a time limit, and a plan of its own."""
    if not bounded:
        with statement.running(text, values) as cursor:
            return _row(cursor)
    with transaction.atomic(), connection.cursor() as cursor:
        patience = str(settings.CRM_API_QUERY_MILLISECONDS)
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [patience])
        cursor.execute(statement.filled(text, values))
        return _row(cursor)


def _row(cursor: Any) -> tuple[str, int, int]:
    body, shown, counted, _setting = cursor.fetchone()
    return body, shown, counted


def _total(
    counted: int, window: paging.Window, shown: int, many: int | None
) -> paging.Total | None:
    ended = shown < window.limit and (shown > 0 or window.offset == 0)
    if ended:
        return paging.Total(counted, exact=True)
    if many is not None:
        return paging.Total(max(many, window.offset + shown), exact=False)
    if counted > paging.EXACT_UP_TO:
        return None
    return paging.Total(counted, exact=True)


def asked_for(asked: Asked) -> str:
    """What was looked for, without the values: they may be personal data themselves."""
    return ",".join(f"{term.path}{term.operator}" for term in asked.filters)
