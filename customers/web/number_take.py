"""A number goes to another customer: who has it is seen first, then it happens."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from crm.access import Actor, signed_in
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.web.errors import beside
from crm.web.page import redirect_to, render_page
from crm.web.undo import say_with_undo
from customers.models import Customer, Identifier
from customers.processes.move_number import MOVABLE, Held, Plan, move_number, plan_move
from customers.reads import find_customers
from customers.web.number_rows import address_of, asked_for, party_behind, seen_among

_FOUND = 8
_KINDS = [(kind.value, kind.label) for kind in MOVABLE]
_Ended = Identifier.Ended
# Why a number left whoever had it, when it goes to somebody else.
_FORMER = [(one.value, one.label) for one in (_Ended.CORRECTED, _Ended.RECYCLED, _Ended.REPLACED)]


class NumberForm(forms.Form):
    """Which number comes here."""

    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=_KINDS)
    value = forms.CharField(label=gettext_lazy("Number"), max_length=120)


class MoveForm(forms.Form):
    """Why it moves, and what becomes of what ran on it."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    reason = forms.CharField(
        label=gettext_lazy("Why it moves"),
        max_length=200,
        help_text=gettext_lazy("Both records keep it: a wrong SIM in the shop, a change of owner."),
    )
    former = forms.ChoiceField(
        label=gettext_lazy("What the former record says of it"), choices=_FORMER
    )
    services_follow = forms.BooleanField(
        label=gettext_lazy("The services on it go along"), required=False
    )
    also_elsewhere = forms.BooleanField(
        label=gettext_lazy("End the other contact points with this number too"), required=False
    )
    since = forms.DateTimeField(
        label=gettext_lazy("Since"),
        required=False,
        help_text=gettext_lazy("Empty is now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """A number comes to this customer: what would happen, then that it happens."""
    actor, customer = asked_for(request, pk)
    asked = NumberForm(request.GET)
    plan = _planned(asked, customer, actor) if asked.is_valid() else None
    if plan is None:
        return _take_page(request, customer, asked)
    _looked_at_holders(actor, plan)
    form = MoveForm(request.POST or None, initial={"seen": plan.seen})
    if request.method == "POST" and form.is_valid():
        with beside(form):
            move = move_number(
                customer_id=customer.pk, kind=plan.kind, value=plan.value,
                **form.cleaned_data, actor=actor,
            )  # fmt: skip
            say_with_undo(
                request,
                _("%(number)s is theirs now.") % {"number": move.value},
                undo_url=reverse("customers:undo_move", args=[customer.pk, move.pk]),
            )
            return redirect_to(request, address_of(customer))
    return _take_page(request, customer, asked, plan, form)


def _planned(asked: NumberForm, customer: Customer, actor: Actor) -> Plan | None:
    """What would happen, or what speaks against it beside its field."""
    try:
        return plan_move(customer_id=customer.pk, **asked.cleaned_data, actor=actor)
    except RuleBroken as broken:
        asked.add_error(broken.field if broken.field in asked.fields else None, broken.message)
        return None


def _take_page(
    request: HttpRequest,
    customer: Customer,
    asked: NumberForm,
    plan: Plan | None = None,
    form: MoveForm | None = None,
) -> HttpResponse:
    holders = plan.holders if plan else ()
    seen = seen_among([one.party.pk for one in holders], signed_in(request))
    bad = bool((form and form.errors) or (asked.errors and request.GET))
    context = {
        "customer": customer,
        "asked": asked,
        "plan": plan,
        "form": form,
        "holders": [_holder(one, seen.get(one.party.pk)) for one in holders],
        "services": any(one.products for one in holders),
    }
    return render_page(request, "customers/number_take.html", context, status=422 if bad else 200)


@login_required
@require_GET
def give(request: HttpRequest, pk: int, identifier_id: int) -> HttpResponse:
    """Choose who gets a number of this customer."""
    actor, customer = asked_for(request, pk)
    one = get_object_or_404(party_behind(customer).identifiers, pk=identifier_id, kind__in=MOVABLE)
    return _give_page(request, actor, customer, one.kind, one.value)


@login_required
@require_GET
def give_loose(request: HttpRequest, pk: int, product_id: int) -> HttpResponse:
    """The same for a number that only a service names."""
    actor, customer = asked_for(request, pk)
    product = get_object_or_404(customer.products, pk=product_id)
    return _give_page(request, actor, customer, Identifier.Kind.MSISDN, product.service_number)


def _give_page(
    request: HttpRequest, actor: Actor, customer: Customer, kind: str, value: str
) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    hits = find_customers(actor, text, _FOUND + 1) if text else []
    hits = [one for one in hits if one.customer_id != customer.pk][:_FOUND]
    if hits:
        record_access(
            actor=actor, action="search", subject="customer",
            ids=[one.customer_id for one in hits], purpose="service", detail="number",
        )  # fmt: skip
    query = urlencode({"kind": kind, "value": value})
    found = [
        {
            "name": one.name,
            "number": one.number,
            "url": f"{reverse('customers:take_number', args=[one.customer_id])}?{query}",
        }
        for one in hits
    ]
    context = {"customer": customer, "value": value, "text": text, "found": found}
    return render_page(request, "customers/number_give.html", context)


def _looked_at_holders(actor: Actor, plan: Plan) -> None:
    parties = [one.party.pk for one in plan.holders]
    parties += [one.party_id for one in plan.elsewhere]
    if parties:
        record_access(
            actor=actor, action="view", subject="party", ids=parties, purpose="service",
            detail="number",
        )  # fmt: skip


def _holder(held: Held, customer: Customer | None) -> dict[str, Any]:
    return {
        "name": held.party.name or (customer.name if customer else ""),
        "customer": customer,
        "since": _since(held),
        "points": held.points,
        "products": held.products,
    }


def _since(held: Held) -> datetime | None:
    return min((one.valid_from for one in held.identifiers), default=None)


_BASE = "customers/<int:pk>/numbers"
urlpatterns = [
    path(f"{_BASE}/take", take, name="take_number"),
    path(f"{_BASE}/<int:identifier_id>/give", give, name="give_number"),
    path(f"{_BASE}/service/<int:product_id>/give", give_loose, name="give_service_number"),
]
