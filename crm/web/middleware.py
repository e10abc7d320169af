"""What happens around every page: the reader's language and zone, and rules said kindly."""

from collections.abc import Callable
from contextlib import suppress

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django_structlog.middlewares import RequestMiddleware

from crm.errors import RuleBroken
from crm.languages import spoken
from crm.web import errors
from crm.web.page import wants_fragment
from crm.web.times import zone

Answer = Callable[[HttpRequest], HttpResponse]


class RequestLog(RequestMiddleware):
    """Logs each request under its id, without its query: people type names into search boxes."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        # Without a database nobody is known, and failing here would hide what the answer says.
        with suppress(DatabaseError, InterfaceError):
            RequestMiddleware.bind_user_id(request)


class ReaderMiddleware:
    """Speak the language, and tell the time, of the person who is signed in."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self._get_response(request)
        with translation.override(spoken(user.language)), timezone.override(zone(user.time_zone)):
            request.LANGUAGE_CODE = translation.get_language() or ""
            response = self._get_response(request)
        response.headers["Content-Language"] = request.LANGUAGE_CODE
        # It may name people: no shared cache keeps it, and after signing out it is asked for anew.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(response, ["Cookie"])
        return response


class SignedOutMiddleware:
    """A fragment asked for after the session ended gets no sign-in page to draw into the page."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        to_the_door = response.headers.get("Location", "").startswith(resolve_url("web:login"))
        if to_the_door and wants_fragment(request) and not request.user.is_authenticated:
            return HttpResponse(status=401)
        return response


class RuleMiddleware:
    """Turn a broken rule or a missing permission into a sentence beside what was asked."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match exception:
            case RuleBroken():
                return errors.refused(request, exception)
            case PermissionDenied():
                return errors.not_allowed(request, exception)
            case ObjectDoesNotExist():
                return errors.not_found(request)
            case IntegrityError():
                return errors.overtaken(request)
            case DataError() if "NUL (0x00)" in str(exception):
                return errors.not_a_text(request)
        return None
