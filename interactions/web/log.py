"""Log a call: who, why, what was agreed, and one key."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.web.errors import beside
from crm.web.page import redirect_to, render_page
from crm.web.undo import say, say_with_undo
from customers.models import Customer
from interactions.models import Interaction
from interactions.processes.close_interaction import close, complete
from interactions.processes.log_interaction import log_interaction
from interactions.processes.manage_interaction import take_back
from interactions.processes.update_interaction import add_message, remove
from interactions.web import callers
from interactions.web.forms import LogForm

_CHANNEL = "phone"
_SOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a call belongs: a new matter of a customer, an open one, or nobody we know."""

    customer_id: int | None = None
    matter_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where a call was kept; in a matter that was open already, as which message."""

    matter: Interaction
    added: int | None = None


@login_required
@require_http_methods(["GET", "POST"])
def log(request: HttpRequest) -> HttpResponse:
    """The form by itself, and where every form of it is sent."""
    actor = signed_in(request)
    require(actor, "interactions.log_interaction")
    if request.method == "GET":
        return _show(request, LogForm(initial=known(request, actor)))
    form = LogForm(request.POST)
    if form.is_valid():
        with beside(form):
            said, choice = form.cleaned_data, request.POST.get("choice", "")
            kept = _keep(said, choice, actor, done=request.POST.get("then") == "close")
            return _done(request, kept)
    return _show(request, form, status=422)


@login_required
@require_GET
def caller(request: HttpRequest) -> HttpResponse:
    """Who is meant while somebody types, with the open matter beside the name."""
    actor = signed_in(request)
    require(actor, "interactions.log_interaction")
    return render_page(
        request,
        "interactions/log.html",
        _context(request, LogForm(request.GET or None), bound=False),
        fragment="interactions/_caller.html",
    )


@login_required
@require_POST
def unlog(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo: what was logged by mistake goes out of sight."""
    remove(interaction_id=pk, actor=signed_in(request))
    say(request, _("Taken back. Its history is kept."))
    return redirect_to(request, reverse("interactions:desk"))


@login_required
@require_POST
def unsay(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo: the call that went into the wrong matter is not part of it."""
    matter = take_back(message_id=pk, actor=signed_in(request))
    say(request, _("The call is out of %(reference)s.") % {"reference": matter.reference})
    return redirect_to(request, reverse("interactions:log"))


@transaction.atomic
def _keep(said: dict[str, Any], choice: str, actor: Actor, *, done: bool) -> _Kept:
    where = chosen(choice, said["who"], actor)
    agreed = said["agreed"]
    if where.matter_id is not None:
        matter = Interaction.objects.visible_to(actor).get(pk=where.matter_id)
        call = add_message(interaction_id=matter.pk, body=agreed, channel=_CHANNEL, actor=actor)
        return _Kept(matter, added=call.pk)
    logged = log_interaction(
        customer_id=where.customer_id,
        channel=_CHANNEL,
        reason_key=said["reason"],
        text=agreed if where.customer_id else f"{said['who']}: {agreed}",
        actor=actor,
    )
    # Somebody spoke with the customer: that was the first reply.
    add_message(interaction_id=logged.pk, body=agreed, channel=_CHANNEL, actor=actor)
    if done:
        complete(interaction_id=logged.pk, outcome=_SOLVED, actor=actor)
        close(interaction_id=logged.pk, informed_by=_CHANNEL, actor=actor)
    return _Kept(logged)


def chosen(choice: str, who: str, actor: Actor) -> Choice:
    """Whom somebody chose, or the only one the words can mean."""
    kind, _colon, number = choice.partition(":")
    if kind == "none":
        return Choice()
    if kind in {"customer", "matter"} and number.isdecimal():
        return Choice(**{f"{kind}_id": int(number)})
    found = callers.find(who, actor)
    if len(found) == 1:
        return Choice(customer_id=found[0].customer.pk)
    raise RuleBroken(
        "who-is-meant",
        _("Several customers fit. Choose one.")
        if found
        else _("Nobody found. Try a number or an id, or log it without a customer."),
        field="who",
        kind="invalid",
    )


def _done(request: HttpRequest, kept: _Kept) -> HttpResponse:
    reference = {"reference": kept.matter.reference}
    if kept.added is None:
        undo = reverse("interactions:unlog", args=[kept.matter.pk])
        say_with_undo(request, _("Logged as %(reference)s.") % reference, undo_url=undo)
    else:
        undo = reverse("interactions:unsay", args=[kept.added])
        say_with_undo(request, _("Added to %(reference)s.") % reference, undo_url=undo)
    return redirect_to(request, reverse("interactions:page", args=[kept.matter.public_id]))


def known(request: HttpRequest, actor: Actor) -> dict[str, str]:
    """Opened from a customer's page, the form knows who called."""
    wanted = request.GET.get("customer", "")
    if not wanted.isdecimal():
        return {}
    customer = Customer.objects.visible_to(actor).filter(pk=int(wanted)).first()
    return {"who": customer.number} if customer else {}


def _show(request: HttpRequest, form: LogForm, status: int = 200) -> HttpResponse:
    return render_page(
        request,
        "interactions/log.html",
        _context(request, form),
        fragment={"log-panel": "interactions/_log.html"},
        status=status,
    )


def _context(request: HttpRequest, form: LogForm, *, bound: bool = True) -> dict[str, Any]:
    who = form.data.get("who", "") if form.is_bound else str(form.initial.get("who", ""))
    return {"form": form if bound else LogForm(initial={"who": who}), **meant(request, who)}


def meant(request: HttpRequest, who: str) -> dict[str, Any]:
    """Who may be meant by these words; each look is on record."""
    actor = signed_in(request)
    found = callers.find(who, actor)
    if found:
        seen = [one.customer.pk for one in found]
        record_access(
            actor=actor, action="search", subject="customer", ids=seen, purpose="caller", detail=who
        )
    return {
        "who": who,
        "callers": found,
        "only": found[0] if len(found) == 1 else None,
        "many": len(found) == callers.AT_MOST,
        "nobody": bool(who) and not found and len(who.strip()) > 2,  # noqa: PLR2004  # as the finder
    }
