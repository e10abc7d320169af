"""Verify who is calling: questions, a one-time code, or a document seen."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.web.page import redirect_to, render_page, see_other
from crm.web.undo import say
from customers import caller_questions, code_channels, masking
from customers.models import CallerCheck, CheckState, ContactMedium, Customer
from customers.processes import verify_caller
from customers.processes.validate_contact import CODE_CHANNELS

_SHOWN = 10


@login_required
@require_GET
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    """What to ask this caller, and what opens at each level."""
    actor, customer = _asked(request, pk)
    record_access(
        actor=actor,
        action="view",
        subject="customer",
        ids=[customer.pk],
        purpose="caller-verification",
    )
    context = {
        "customer": customer,
        "name": customer.name
        if masking.sees(actor, customer.pk)
        else masking.name(customer.name, customer.number),
        "level": masking.caller_level(actor, customer.pk),
        "questions": caller_questions.askable(customer),
        "points": _points(customer),
        "waits": CallerCheck.objects.filter(
            customer=customer,
            actor_id=actor.pk,
            state=CheckState.PENDING,
            expires_at__gt=timezone.now(),
        ).exists(),
        "checks": customer.caller_checks.order_by("-started_at")[:_SHOWN],
        "asked_words": caller_questions.QUESTIONS,
    }
    return render_page(request, "customers/verify.html", context)


@login_required
@require_POST
def answers(request: HttpRequest, pk: int) -> HttpResponse:
    """Judge what the caller answered."""
    actor, customer = _asked(request, pk)
    given = {key: request.POST.get(key, "") for key in caller_questions.QUESTIONS}
    check = verify_caller.answer_questions(customer_id=customer.pk, answers=given, actor=actor)
    return _decided(request, customer, check)


@login_required
@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a one-time code to a verified contact point."""
    actor, customer = _asked(request, pk)
    medium = request.POST.get("medium", "")
    if not medium.isdecimal():
        raise RuleBroken("choose-one", _("Choose where the code goes."), field="medium")
    verify_caller.send_caller_code(customer_id=customer.pk, medium_id=int(medium), actor=actor)
    say(request, _("The code is on its way. Ask the caller to read it out."), tone="info")
    return redirect_to(request, reverse("customers:verify", args=[customer.pk]))


@login_required
@require_POST
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the code the caller reads out."""
    actor, customer = _asked(request, pk)
    check = verify_caller.confirm_caller_code(
        customer_id=customer.pk, code=request.POST.get("code", ""), actor=actor
    )
    return _decided(request, customer, check)


@login_required
@require_POST
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep which document was shown."""
    actor, customer = _asked(request, pk)
    check = verify_caller.see_document(
        customer_id=customer.pk, reference=request.POST.get("reference", ""), actor=actor
    )
    return _decided(request, customer, check)


def _points(customer: Customer) -> list[dict[str, Any]]:
    """Verified addresses of record that a code can go to; masked, they are told to nobody."""
    if customer.party is None:
        return []
    media = customer.party.contact_media.current().filter(
        type__in=CODE_CHANNELS, state=ContactMedium.State.VERIFIED
    )
    found = []
    for one in media.order_by("-preferred", "pk")[:10]:
        channel, _method = CODE_CHANNELS[ContactMedium.Type(one.type)]
        found.append(
            {
                "pk": one.pk,
                "value": masking.contact_point(one.type, one.value),
                "type": one.get_type_display(),
                "available": code_channels.available(channel),
            }
        )
    return found


def _decided(request: HttpRequest, customer: Customer, check: CallerCheck) -> HttpResponse:
    if check.state == CheckState.PASSED:
        said = _("Caller verified: level %(level)d for 30 minutes.") % {"level": check.level}
        say(request, said)
        return see_other(reverse("customers:page", args=[customer.pk]))
    say(request, _("Not verified: an answer was wrong. Disclose nothing."), tone="warning")
    return see_other(reverse("customers:verify", args=[customer.pk]))


def _asked(request: HttpRequest, pk: int) -> tuple[Actor, Customer]:
    actor = signed_in(request)
    require(actor, verify_caller.PERMISSION)
    seen = Customer.objects.visible_to(actor).select_related("party")
    return actor, get_object_or_404(seen, pk=pk)


_BASE = "customers/<int:pk>/verify"
urlpatterns = [
    path(f"{_BASE}", verify, name="verify"),
    path(f"{_BASE}/answers", answers, name="verify_answers"),
    path(f"{_BASE}/send", send, name="verify_send"),
    path(f"{_BASE}/code", code, name="verify_code"),
    path(f"{_BASE}/document", document, name="verify_document"),
]
