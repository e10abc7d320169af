"""Bodies as JSON: read once, bounded, and never something the database cannot hold."""

import math
from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from crm.tmf.errors import CONTENT_TYPE, Refused

DEEPEST = 40
JSON = "application/json"
MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
_LETTERS = frozenset({"utf-8", "utf8", "us-ascii"})


def body_of(request: HttpRequest, *accepted: str) -> Any:
    """The parsed body; 415 for another media type, 413 when too large, 400 when it is no JSON."""
    kind = media_type(request)
    if kind not in accepted:
        raise Refused(
            415,
            "unsupported-media-type",
            _("%(kind)s is not understood here; send %(accepted)s.")
            % {"kind": kind, "accepted": ", ".join(accepted)},
        )
    require_plain(request)
    return loads(request.body)


def require_plain(request: HttpRequest) -> None:
    """Refuse a body that is packed, or written in letters other than JSON's own."""
    packed = request.headers.get("Content-Encoding", "identity").strip().lower()
    letters = (request.content_params or {}).get("charset", "utf-8").lower()
    if packed not in {"", "identity"} or letters not in _LETTERS:
        raise Refused(
            415, "unsupported-encoding", _("Send the body as it is, unpacked and in UTF-8.")
        )


def media_type(request: HttpRequest) -> str:
    """The media type of the body; a body without one is taken as JSON."""
    return (request.content_type or JSON).lower()


def loads(raw: bytes) -> Any:
    """Strict JSON: no NUL, no lone surrogate, no infinity, not nested beyond reason."""
    if not raw.strip():
        raise Refused(400, "malformed-json", _("The body is empty; send JSON."))
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Refused(400, "malformed-json", _unread(error)) from error
    _check(value)
    return value


def _unread(error: orjson.JSONDecodeError) -> str:
    return _("The body is not valid JSON: %(reason)s, at line %(line)d, column %(column)d.") % {
        "reason": error.msg,
        "line": error.lineno,
        "column": error.colno,
    }


def _check(value: Any) -> None:
    """Level by level, so that no depth can exhaust the stack."""
    level: list[Any] = [value]
    for _depth in range(DEEPEST):
        deeper: list[Any] = []
        for inner in level:
            if isinstance(inner, dict):
                deeper.extend(inner.keys())
                deeper.extend(inner.values())
            elif isinstance(inner, list):
                deeper.extend(inner)
            elif isinstance(inner, str) and "\x00" in inner:
                raise Refused(400, "malformed-json", _("A text holds the NUL character."))
            elif isinstance(inner, float) and not math.isfinite(inner):
                raise Refused(400, "malformed-json", _("A number is out of range."))
        if not deeper:
            return
        level = deeper
    raise Refused(400, "malformed-json", _("The body is nested too deeply."))


class AlwaysJson(BaseContentNegotiation):
    """JSON whatever is accepted, as TMF630 wants it: an Accept we cannot meet is no error."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[Any, str]:
        return renderers[0], CONTENT_TYPE


class JsonBody(BaseParser):
    """The parser of every REST framework view; it respects the limit on the size of a body."""

    media_type = JSON

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        request = (parser_context or {})["request"]
        require_plain(request._request)
        return loads(request._request.body)
