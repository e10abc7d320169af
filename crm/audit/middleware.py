"""Put the request's user and id beside every row change the request causes."""

from collections.abc import Callable

import pghistory
import structlog
from django.http import HttpRequest, HttpResponse


class HistoryContextMiddleware:
    """Open a history context for requests that may change something."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return self.get_response(request)
        user = getattr(request, "user", None)
        request_id = structlog.contextvars.get_contextvars().get("request_id", "")
        with pghistory.context(
            actor=getattr(user, "pk", None), request=str(request_id), url=request.path
        ):
            return self.get_response(request)
