"""A change asked for by a partner: in one transaction, once per Idempotency-Key."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

import orjson
from django.db import transaction
from django.http import HttpResponse
from rest_framework.request import Request

from crm.access import Actor
from crm.errors import RuleBroken
from crm.tmf import errors, idempotency
from crm.tmf.authentication import Grant
from crm.tmf.conditional import etag_of, is_known


class Answer(NamedTuple):
    """What a change comes to; `revision` is that of the row behind it, for the next If-Match."""

    status: int
    body: Mapping[str, Any]
    revision: int | None = None


def caller(request: Request) -> Actor:
    """The partner account behind the token that the view's permission classes saw."""
    return cast(Grant, request.auth).actor()


def answered_once(request: Request, work: Callable[[], Answer]) -> HttpResponse:
    """Do the work and keep its answer with the key, in one transaction.

    What is refused for something still open names it: the list stands beside the error.
    """
    row = None
    if key := request.headers.get("Idempotency-Key"):
        # The body is read here first, before a parser takes the stream.
        claimed = idempotency.claim(request._request, int(caller(request).pk or 0), key)
        if isinstance(claimed, HttpResponse):
            return claimed
        row = claimed
    try:
        with transaction.atomic():
            answer = work()
            response = as_json(answer.status, answer.body)
            if answer.revision is not None:
                response.headers["ETag"] = etag_of(answer.revision, response.content)
            if row:
                idempotency.keep(row, response)
            return response
    except RuleBroken as broken:
        if row:
            idempotency.release(row)
        if "open" not in broken.details:
            raise
        told = errors.told(broken)
        return as_json(told.status, {**told.body(), "open": broken.details["open"]})
    except Exception:
        if row:
            idempotency.release(row)
        raise


def as_json(status: int, body: Mapping[str, Any]) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), status=status, content_type=errors.CONTENT_TYPE)


def as_read(request: Request, body: Mapping[str, Any], revision: int | None = None) -> HttpResponse:
    """An answer to GET with its ETag; 304 when the caller holds just this already."""
    response = as_json(200, body)
    etag = etag_of(revision, response.content)
    if is_known(request.headers, etag):
        response = HttpResponse(status=304)
    response.headers["ETag"] = etag
    return response
