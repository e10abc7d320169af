"""A letter or a visit taken in by a person: whose it is, when it came, and what it is about."""

import secrets
from typing import Any

from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.access import require, signed_in
from crm.web.errors import beside
from crm.web.page import redirect_to, render_page
from crm.web.undo import say_with_undo
from interactions.channels.contract import Enclosure
from interactions.processes.receive_message import take_in
from interactions.web import attachments, log
from interactions.web.forms import LetterForm, VisitForm

_PLACES = ("store", "desk", "ticket")
# Where a colleague stands changes rarely within a day.
_REMEMBERED = ("store", "desk")


@login_required
@require_http_methods(["GET", "POST"])
def letter(request: HttpRequest) -> HttpResponse:
    """A letter with its scan."""
    return _taken_in(request, "letter", LetterForm)


@login_required
@require_http_methods(["GET", "POST"])
def visit(request: HttpRequest) -> HttpResponse:
    """Somebody stands at the desk."""
    require(signed_in(request), "interactions.update_interaction")
    return _taken_in(request, "shop", VisitForm)


def _taken_in(request: HttpRequest, channel: str, form_class: type[Form]) -> HttpResponse:
    actor = signed_in(request)
    require(actor, "interactions.log_interaction")
    if request.method == "GET":
        here = request.session.get("stands_at", {})
        return _shown(request, channel, form_class(initial=here | log.known(request, actor)))
    form = form_class(request.POST)
    if form.is_valid():
        with beside(form):
            return _kept(request, channel, form.cleaned_data)
    return _shown(request, channel, form, status=422)


def _kept(request: HttpRequest, channel: str, said: dict[str, Any]) -> HttpResponse:
    actor = signed_in(request)
    whose = log.chosen(request.POST.get("choice", ""), said["who"], actor)
    known = whose.customer_id is not None or whose.matter_id is not None
    logged = take_in(
        channel=channel,
        once=request.POST.get("once", "")[:60] or secrets.token_urlsafe(12),
        text=said["text"] if known or not said["text"] else f"{said['who']}: {said['text']}",
        reason_key=said["reason"],
        customer_id=whose.customer_id,
        interaction_id=whose.matter_id,
        received_on=said.get("received_on"),
        where={name: said.get(name, "") for name in _PLACES if said.get(name)},
        answer=said.get("answer", ""),
        files=_scans(request),
        actor=actor,
    )
    if channel == "shop":
        request.session["stands_at"] = {name: said[name] for name in _REMEMBERED}
    undo = reverse("interactions:unlog", args=[logged.pk])
    reference = {"reference": logged.reference}
    if whose.matter_id is None:
        say_with_undo(request, _("Logged as %(reference)s.") % reference, undo_url=undo)
    return redirect_to(request, reverse("interactions:page", args=[logged.public_id]))


def _scans(request: HttpRequest) -> list[Enclosure]:
    files = attachments.within_limits(request.FILES.getlist("files"))
    return [Enclosure(str(one.name), one.content_type or "", one.read()) for one in files]


def _shown(request: HttpRequest, channel: str, form: Form, status: int = 200) -> HttpResponse:
    who = str(form["who"].value() or "")
    context = {
        "form": form,
        "is_letter": channel == "letter",
        "is_visit": channel == "shop",
        "once": request.POST.get("once", "") or secrets.token_urlsafe(12),
        **log.meant(request, who),
    }
    return render_page(request, "interactions/by_hand.html", context, status=status)
