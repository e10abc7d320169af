"""Bodies as JSON: read once, bounded, and never something the database cannot hold."""

import math
from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from crm.tmf.errors import Refused

DEEPEST = 40
JSON = "application/json"
MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"


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
    return loads(request.body)


def media_type(request: HttpRequest) -> str:
    """The media type of the body; a body without one is taken as JSON."""
    return (request.content_type or JSON).lower()


def loads(raw: bytes) -> Any:
    """Strict JSON: no NUL, no lone surrogate, no infinity, not nested beyond reason."""
    try:
        value = orjson.loads(raw)
    except ValueError as error:
        raise Refused(400, "malformed-json", _("The body is not valid JSON.")) from error
    _check(value)
    return value


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
        return loads(request._request.body)
