"""Every failure, whatever its cause, as the TMF630 error body; one place for all partner doors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
import psycopg
import structlog
from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as FieldError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings

from crm.errors import RuleBroken

CONTENT_TYPE = "application/json;charset=utf-8"
_RULE_STATUS = {"conflict": 409, "invalid": 422, "precondition": 412, "input": 400}
_log = structlog.get_logger(__name__)


class Refused(Exception):
    """The toolkit itself says no: status, a stable code and a sentence."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.told = Told(status, code, message, dict(headers or {}))


@dataclass(frozen=True, slots=True)
class Told:
    """What the caller is told."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, str]:
        return {
            "code": self.code,
            "reason": HTTPStatus(self.status).phrase,
            "message": self.message,
            "status": str(self.status),
            "@type": "Error",
        }


_also: dict[type[Exception], tuple[int, str]] = {}


def translate(error: type[Exception], *, status: int, code: str) -> None:
    """Let an app above the kernel say how one of its exceptions is answered."""
    _also[error] = (status, code)


def told(error: Exception) -> Told:
    """The answer to an exception; an unforeseen one is logged and says nothing of our insides."""
    match error:
        case Refused():
            return error.told
        case RuleBroken():
            return Told(_RULE_STATUS.get(error.kind, 409), error.code, error.message)
        case exceptions.APIException():
            return _of_framework(error)
        case IntegrityError() | DataError() | OperationalError() | InterfaceError():
            return _of_database(error)
    return _of_django(error) or _of_an_app(error) or _unforeseen(error)


def _of_django(error: Exception) -> Told | None:
    match error:
        case Http404() | ObjectDoesNotExist():
            return Told(404, "not-found", _("There is nothing here, or not for this client."))
        case PermissionDenied():
            return Told(403, "forbidden", str(error) or _("This client may not do this."))
        case RequestDataTooBig():
            return Told(413, "too-large", _("The body is larger than this server accepts."))
        case FieldError():
            return Told(400, "invalid", "; ".join(error.messages))
        case SuspiciousOperation():
            return Told(400, "bad-request", _("The request is not well formed."))
    return None


def _of_an_app(error: Exception) -> Told | None:
    for kind, (status, code) in _also.items():
        if isinstance(error, kind):
            return Told(status, code, str(error))
    return None


def _unforeseen(error: Exception) -> Told:
    _log.error("partner_call_failed", exc_info=error)
    return Told(500, "internal", _("Something failed on our side. It was recorded."))


def _of_framework(error: exceptions.APIException) -> Told:
    headers: dict[str, str] = {}
    if asked := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = asked
    elif error.status_code == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="tmf-api"'
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else "invalid"
    return Told(
        error.status_code, code.replace("_", "-"), "; ".join(_sentences(error.detail)), headers
    )


def _sentences(detail: Any, path: str = "") -> list[str]:
    if isinstance(detail, dict):
        return [
            line
            for name, inner in detail.items()
            for line in _sentences(inner, f"{path}.{_plain(name)}".strip("."))
        ]
    if isinstance(detail, list):
        return [line for inner in detail for line in _sentences(inner, path)]
    return [f"{path}: {detail}" if path and not str(detail).startswith(path) else str(detail)]


def _plain(name: str) -> str:
    """What the framework says of no field in particular, it says of the body."""
    return "body" if name == api_settings.NON_FIELD_ERRORS_KEY else name


def _of_database(error: Exception) -> Told:
    if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
        return Told(400, "too-costly", _("This takes too long to answer. Narrow the filters."))
    if isinstance(error, IntegrityError):
        _log.warning("partner_call_conflict", exc_info=error)
        return Told(409, "conflict", _("This contradicts what is recorded already."))
    if isinstance(error, DataError):
        return Told(400, "invalid", _("A value cannot be read or stored in this form."))
    _log.error("partner_call_without_database", exc_info=error)
    return Told(503, "unavailable", _("The database does not answer. Try again shortly."))


def answer(error: Exception) -> HttpResponse:
    """The same, as a plain Django response."""
    said = told(error)
    return HttpResponse(
        orjson.dumps(said.body()),
        status=said.status,
        content_type=CONTENT_TYPE,
        headers=dict(said.headers),
    )


def as_tmf_error(error: Exception, context: Mapping[str, Any]) -> Response:
    """The exception handler of every REST framework view."""
    said = told(error)
    return Response(said.body(), status=said.status, headers=dict(said.headers))
