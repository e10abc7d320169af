"""The steps in the life of a relationship, each one page or one button."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crm.access import Actor, require, signed_in
from crm.web.errors import beside
from crm.web.page import redirect_to, render_page
from crm.web.undo import say
from customers.models import Customer
from customers.processes.manage_relationship import activate, end_services
from customers.processes.reestablish_relationship import reestablish_relationship
from customers.processes.verify_customer import verify_customer

_DOCUMENTS = (
    ("passport", gettext_lazy("Passport")),
    ("identity-card", gettext_lazy("Identity card")),
    ("driving-licence", gettext_lazy("Driving licence")),
    ("residence-permit", gettext_lazy("Residence permit")),
    ("register-extract", gettext_lazy("Extract of the company register")),
)
_State = Customer.Status


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=200)


class IdentityForm(forms.Form):
    """Which document proved who somebody is."""

    document = forms.ChoiceField(label=gettext_lazy("Document"), choices=_DOCUMENTS)
    reference = forms.CharField(label=gettext_lazy("Its number"), max_length=120)


def steps_of(customer: Customer, actor: Actor) -> list[dict[str, Any]]:
    """The steps that are open to this person now, as links of the page's menu."""
    changes = actor.has_perm("customers.update_information")
    ends = actor.has_perm("customers.terminate_relationship")
    again = actor.has_perm("customers.reestablish_relationship")
    status = customer.status
    open_steps = (
        ("verify-identity", _("Verify identity"), changes and customer.party_id is not None),
        ("activate", _("Relationship is active"), changes and status in _BEFORE_ACTIVE),
        ("end-services", _("End all services"), ends and status == _State.ACTIVE),
        ("take-up", _("Take up again"), again and status == _State.TERMINATED),
    )
    found = [
        {"label": label, "url": reverse(f"customers:life_{step}", args=[customer.pk])}
        for step, label, possible in open_steps
        if possible
    ]
    if ends and status != _State.TERMINATED:
        url = reverse("customers:end", args=[customer.pk])
        found.append({"label": _("End relationship"), "url": url})
    return found


@login_required
@require_http_methods(["GET", "POST"])
def life(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """One step, with its reason or proof."""
    actor = signed_in(request)
    require(actor, _NEEDS.get(step, "customers.update_information"))
    customer = get_object_or_404(Customer.objects.visible_to(actor), pk=pk)
    form: forms.Form = (
        IdentityForm(request.POST or None)
        if step == "verify-identity"
        else (ReasonForm(request.POST or None))
    )
    if request.method == "POST" and form.is_valid():
        with beside(form):
            say(request, _take(step, customer, form.cleaned_data, actor))
            return redirect_to(request, reverse("customers:page", args=[customer.pk]))
    title, sentence = _words(step)
    context = {"customer": customer, "form": form, "title": title, "sentence": sentence}
    return render_page(request, "customers/life.html", context, status=422 if form.errors else 200)


def _take(step: str, customer: Customer, given: dict[str, Any], actor: Actor) -> str:
    if step == "verify-identity":
        verify_customer(customer_id=customer.pk, **given, actor=actor)
        return _("Identity verified.")
    if step == "activate":
        activate(customer_id=customer.pk, reason=given["reason"], actor=actor)
        return _("The relationship is active.")
    if step == "end-services":
        end_services(customer_id=customer.pk, reason=given["reason"], actor=actor)
        return _("All services ended today. The relationship goes on.")
    reestablish_relationship(customer_id=customer.pk, reason=given["reason"], actor=actor)
    return _("The relationship is taken up again, on the same record.")


def _words(step: str) -> tuple[str, str]:
    return {
        "verify-identity": (
            _("Verify identity"),
            _("Which document you saw stays on record; a copy is not kept."),
        ),
        "activate": (
            _("The relationship is active"),
            _("From now on it counts as a customer with a running service."),
        ),
        "end-services": (
            _("End all services"),
            _("Every service ends today. The relationship stays; they may take a new one."),
        ),
        "take-up": (
            _("Take up again"),
            _("Same record, same number. What was before stays readable."),
        ),
    }[step]


_BEFORE_ACTIVE = frozenset({_State.PROSPECT, _State.VERIFIED, _State.SERVICES_ENDED})
_NEEDS = {
    "end-services": "customers.terminate_relationship",
    "take-up": "customers.reestablish_relationship",
}
urlpatterns = [
    path(f"customers/<int:pk>/life/{step}", life, {"step": step}, name=f"life_{step}")
    for step in ("verify-identity", "activate", "end-services", "take-up")
]
