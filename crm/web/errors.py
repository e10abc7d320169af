"""Errors as people read them: what happened, what was kept, what to do."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import InterfaceError, OperationalError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from crm.errors import RuleBroken
from crm.web.page import see_other, wants_fragment

# Shut down by a person, by a crash, not up yet, and too many connections.
_AWAY = frozenset({"57P01", "57P02", "57P03", "53300"})
_STATUS = {"conflict": 409, "invalid": 422, "precondition": 412, "input": 400}


@contextmanager
def beside(form: BaseForm) -> Iterator[None]:
    """Put what a process refuses beside its field; look at `form.errors` afterwards."""
    try:
        yield
    except RuleBroken as broken:
        form.add_error(broken.field if broken.field in form.fields else None, broken.message)
    except ValidationError as error:
        form.add_error(None, error)


def refused(request: HttpRequest, broken: RuleBroken) -> HttpResponse:
    """A rule says no: beside the field, as a toast, or as a page to go back from."""
    status = _STATUS.get(broken.kind, 409)
    if wants_fragment(request):
        response = _toast(request, broken.message, status)
        if broken.field:
            detail = {"field": broken.field, "message": broken.message}
            response["HX-Trigger"] = json.dumps({"field-refused": detail})
        return response
    back = request.headers.get("Referer", "")
    if request.method == "POST" and url_has_allowed_host_and_scheme(back, {request.get_host()}):
        messages.error(request, broken.message)
        return see_other(back)
    return render(request, "crm/refused.html", {"sentence": broken.message}, status=status)


def not_allowed(request: HttpRequest, denied: PermissionDenied) -> HttpResponse:
    """The person may not: say so without naming what is behind the door."""
    if wants_fragment(request):
        return _toast(request, _("Your role does not allow this. Nothing was changed."), 403)
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest) -> HttpResponse:
    """Not there, or not for this person: the two look the same."""
    if wants_fragment(request):
        return _toast(request, _("This is not here any more, or not for your role."), 404)
    return render(request, "404.html", status=404)


def overtaken(request: HttpRequest) -> HttpResponse:
    """The database refused: most often somebody else was first."""
    sentence = _(
        "Somebody else changed this at the same moment. "
        "Nothing of yours was saved; look again and repeat."
    )
    if wants_fragment(request):
        return _toast(request, sentence, 409)
    return render(request, "crm/refused.html", {"sentence": sentence}, status=409)


def not_a_text(request: HttpRequest) -> HttpResponse:
    """A character that no text has: nobody types it, and the database keeps none."""
    sentence = _("What was sent holds a character that no text has. Nothing was changed.")
    if wants_fragment(request):
        return _toast(request, sentence, 400)
    return render(request, "crm/refused.html", {"sentence": sentence}, status=400)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that is too old or from elsewhere."""
    if wants_fragment(request):
        said = _("This page is too old to send from. Nothing was changed; open it anew.")
        return _toast(request, said, 403)
    return render(request, "403_csrf.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """handler404"""
    return not_found(request)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """handler403"""
    return not_allowed(request, PermissionDenied())


def server_error(request: HttpRequest) -> HttpResponseBase:
    """handler500: no context processor, no database."""
    if _database_is_away(sys.exception()):
        return _unavailable(request)
    return HttpResponse(render_to_string("500.html"), status=500)


def _database_is_away(error: BaseException | None) -> bool:
    """Whether nobody is let in just now; a statement that was refused is a fault of ours."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith("08") or state in _AWAY


def _unavailable(request: HttpRequest) -> HttpResponse:
    """A page that comes back by itself; a fragment keeps what is on screen and says so once."""
    headers = {"Retry-After": "5", "Cache-Control": "no-store"}
    asks = request.method in {"GET", "HEAD"}
    if not wants_fragment(request):
        html = render_to_string("503.html", {"again": asks})
        again = {"Refresh": "10"} if asks else {}
        return HttpResponse(html, status=503, headers=headers | again)
    if asks:
        # Pages that poll ask again by themselves.
        return HttpResponse(status=503, headers=headers)
    response = _toast(
        None, _("The database does not answer. Nothing was changed; try again shortly."), 503
    )
    for name, value in headers.items():
        response[name] = value
    return response


def _toast(request: HttpRequest | None, sentence: str, status: int) -> HttpResponse:
    html = render_to_string("crm/_toast.html", {"text": sentence, "tone": "error"}, request)
    headers = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"}
    return HttpResponse(html, status=status, headers=headers)
