"""The way in for partner systems: no session, no language, no form token, and no HTML."""

from collections.abc import Callable

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.urls import Resolver404, ResolverMatch, get_resolver, is_valid_path
from django.utils.translation import gettext as _

from crm.tmf import errors, request_id

OURS = ("/tmf-api/", "/oauth2/", "/api/")
ROOTS = frozenset(one.removesuffix("/") for one in OURS)
PAGES = ("/api/docs",)


class PartnerDoor:
    """Answers what is addressed to the partner face and passes everything else on.

    A browser's session, locale and messages would cost a partner's call more than its own query.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._pass_on = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        ours = path.startswith(OURS) or path in ROOTS
        if not ours or path.startswith(PAGES):
            return self._pass_on(request)
        try:
            found = get_resolver("crm.tmf.urls").resolve(path.removesuffix("/"))
        except Resolver404:
            if is_valid_path(path):
                return self._pass_on(request)
            found = None
        return _answered(request, found)


def _answered(request: HttpRequest, found: ResolverMatch | None) -> HttpResponse:
    seen_as = request_id.begin(request.headers.get(request_id.HEADER, ""))
    try:
        if found is None:
            raise Http404
        request.resolver_match = found
        response: HttpResponse = found.func(request, *found.args, **found.kwargs)
        if isinstance(response, SimpleTemplateResponse):
            response.render()
        response = _worded(response, request)
    except Exception as error:  # whatever the cause, the caller gets a TMF error
        response = errors.answer(error)
    finally:
        structlog.contextvars.clear_contextvars()
    response.headers.setdefault(request_id.HEADER, seen_as)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'")
    if request.method == "HEAD":
        length = str(len(response.content))
        response.content = b""
        response.headers["Content-Length"] = length
    return response


def _worded(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """A refusal without words, as Django's own decorators make it, gets the error body."""
    if response.status_code < 400 or response.content:  # noqa: PLR2004  # refusals begin there
        return response
    refusal = errors.Refused(
        response.status_code,
        "method-not-allowed" if response.status_code == 405 else "refused",  # noqa: PLR2004  # the code of that status
        _("%(method)s is not possible here.") % {"method": request.method or ""},
        {"Allow": response.headers["Allow"]} if "Allow" in response.headers else None,
    )
    return errors.answer(refusal)
