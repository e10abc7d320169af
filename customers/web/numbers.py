"""The numbers of a customer: which are theirs, which were, and how one goes to somebody else."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.web.errors import beside
from crm.web.page import redirect_to, render_page
from crm.web.undo import say, say_with_undo
from customers import masking
from customers.models import Customer, Identifier, NumberMove, Party
from customers.processes.keep_identifiers import end_identifier
from customers.processes.move_number import (
    MOVABLE,
    Held,
    Plan,
    move_number,
    plan_move,
    undo_move,
)
from customers.reads import find_customers

_MOST, _FOUND = 100, 8
_KINDS = [(kind.value, kind.label) for kind in MOVABLE]
_Ended = Identifier.Ended
# Why a number left whoever had it, when it goes to somebody else.
_FORMER = [(one.value, one.label) for one in (_Ended.CORRECTED, _Ended.RECYCLED, _Ended.REPLACED)]
_GONE = [(one.value, one.label) for one in (_Ended.RETURNED, _Ended.PORTED, _Ended.REPLACED)]


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


class EndForm(forms.Form):
    """Why a number is theirs no longer, when nobody else gets it."""

    because_of = forms.ChoiceField(label=gettext_lazy("Why"), choices=_GONE)


class UndoForm(forms.Form):
    """Why a move was wrong."""

    reason = forms.CharField(label=gettext_lazy("Why it was wrong"), max_length=200)


@login_required
@require_GET
def numbers(request: HttpRequest, pk: int) -> HttpResponse:
    """Every number of a customer, now and before, and the moves it made."""
    actor, customer = _asked(request, pk)
    _looked(actor, customer, "numbers")
    party = _party(customer)
    theirs = party.identifiers.exclude(kind=Identifier.Kind.DOCUMENT).order_by("kind", "-pk")
    now = timezone.now()
    standing = list(theirs.at(now)[:_MOST])
    context = {
        "customer": customer,
        "standing": standing,
        "movable": set(MOVABLE),
        "loose": _loose(customer, {one.value for one in standing}),
        "earlier": theirs.filter(valid_to__lte=now).order_by("-valid_to")[:_MOST],
        "moves": _moves(party, actor),
        "form": NumberForm(),
        "end_form": EndForm(auto_id=False),
    }
    return render_page(request, "customers/numbers.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """A number comes to this customer: what would happen, then that it happens."""
    actor, customer = _asked(request, pk)
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
            return redirect_to(request, _address(customer))
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
    seen = _seen([one.party.pk for one in holders], signed_in(request))
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
    actor, customer = _asked(request, pk)
    one = get_object_or_404(_party(customer).identifiers, pk=identifier_id, kind__in=MOVABLE)
    return _give_page(request, actor, customer, one.kind, one.value)


@login_required
@require_GET
def give_loose(request: HttpRequest, pk: int, product_id: int) -> HttpResponse:
    """The same for a number that only a service names."""
    actor, customer = _asked(request, pk)
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


@login_required
@require_POST
def end(request: HttpRequest, pk: int, identifier_id: int) -> HttpResponse:
    """A number is theirs no longer, and nobody else's either."""
    actor, customer = _asked(request, pk)
    one = get_object_or_404(_party(customer).identifiers, pk=identifier_id, kind__in=MOVABLE)
    end_identifier(identifier_id=one.pk, because_of=request.POST.get("because_of", ""), actor=actor)
    say(request, _("Ended. Nobody is found by %(number)s any more.") % {"number": one.value})
    return redirect_to(request, _address(customer))


@login_required
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, pk: int, move_id: int) -> HttpResponse:
    """Take a move back, with what it took along."""
    actor, customer = _asked(request, pk)
    party = _party(customer)
    ours = NumberMove.objects.filter(Q(origin=party) | Q(target=party))
    move = get_object_or_404(ours.select_related("origin", "target"), pk=move_id)
    given = request.POST
    if request.method == "POST" and "reason" not in given:
        # The button of the notice: whoever presses it has just done it.
        given = QueryDict(urlencode({"reason": _("Taken back at once")}))
    form = UndoForm(given or None)
    if request.method == "POST" and form.is_valid():
        with beside(form):
            undone = undo_move(move_id=move.pk, reason=form.cleaned_data["reason"], actor=actor)
            said = ngettext(
                "Taken back: one row stands as before.",
                "Taken back: %(n)d rows stand as before.",
                undone.back,
            ) % {"n": undone.back}
            if undone.kept:
                stays = _("Changed since, left as it is: %(rows)s.")
                said = f"{said} {stays % {'rows': ', '.join(undone.kept)}}"
            say(request, said, tone="warning" if undone.kept else "success")
            return redirect_to(request, _address(customer))
    origin = move.origin and _other(move, move.target, _seen([move.origin.pk], actor))
    context = {
        "customer": customer,
        "move": move,
        "origin": origin,
        "form": form,
        "rows": _rows(move.ended),
    }
    return render_page(
        request, "customers/number_undo.html", context, status=422 if form.errors else 200
    )


def _asked(request: HttpRequest, pk: int) -> tuple[Actor, Customer]:
    actor = signed_in(request)
    require(actor, "customers.update_information")
    require(actor, masking.PERMISSION)
    seen = Customer.objects.visible_to(actor).select_related("party")
    return actor, get_object_or_404(seen, pk=pk)


def _party(customer: Customer) -> Party:
    if customer.party is None:
        raise RuleBroken("nobody-behind", _("Say first who the customer is: change the record."))
    return customer.party


def _address(customer: Customer) -> str:
    return reverse("customers:numbers", args=[customer.pk])


def _looked(actor: Actor, customer: Customer, detail: str) -> None:
    record_access(
        actor=actor, action="view", subject="customer", ids=[customer.pk], purpose="service",
        detail=detail,
    )  # fmt: skip


def _looked_at_holders(actor: Actor, plan: Plan) -> None:
    parties = [one.party.pk for one in plan.holders]
    parties += [one.party_id for one in plan.elsewhere]
    if parties:
        record_access(
            actor=actor, action="view", subject="party", ids=parties, purpose="service",
            detail="number",
        )  # fmt: skip


def _loose(customer: Customer, known: set[str]) -> list[dict[str, Any]]:
    """Numbers that a running service names and no identifier says are theirs."""
    running = customer.products.exclude(status="ended").exclude(service_number="")
    return [
        {"pk": one.pk, "number": one.service_number, "name": one.name}
        for one in running.order_by("pk")[:_MOST]
        if (digits := one.service_number.removeprefix("+")).isdecimal() and digits not in known
    ]


def _moves(party: Party, actor: Actor) -> list[dict[str, Any]]:
    """The newest first; somebody out of sight is not named."""
    rows = list(
        NumberMove.objects.filter(Q(origin=party) | Q(target=party))
        .select_related("origin", "target", "order", "given")
        .order_by("-pk")[:_MOST]
    )
    ids = {pk for one in rows for pk in (one.origin_id, one.target_id) if pk is not None}
    seen = _seen(ids, actor)
    return [
        {
            "pk": one.pk,
            "value": one.value,
            "came": one.target_id == party.pk,
            "other": _other(one, party, seen),
            "order": one.order,
            "reason": one.reason,
            "by": one.by_name,
            "at": one.at,
            "undone": one,
            "may_undo": one.undone_at is None and one.given.valid_to is None,
        }
        for one in rows
    ]


def _seen(party_ids: Iterable[int], actor: Actor) -> dict[int | None, Customer]:
    """Those of the parties that this person sees as customers; the first record answers."""
    theirs = Customer.objects.visible_to(actor).filter(party__in=party_ids).order_by("-pk")
    return {one.party_id: one for one in theirs.only("pk", "party_id", "name", "number")}


def _other(
    move: NumberMove, party: Party, seen: dict[int | None, Customer]
) -> dict[str, Any] | None:
    other = move.origin if move.target_id == party.pk else move.target
    if other is None:
        return None
    customer = seen.get(other.pk)
    # Whoever came by a file without a name is called by what we know them as.
    name = other.name or customer.name if customer else _("somebody else")
    return {"name": name, "customer": customer.pk if customer else None}


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


def _rows(ended: list[dict[str, Any]]) -> list[str]:
    """What comes back, in words."""
    words = {
        "identifier": _("the number itself"),
        "contactmedium": _("a contact point"),
        "product": _("a service"),
    }
    return [words[one["table"]] for one in ended]


_BASE = "customers/<int:pk>/numbers"
urlpatterns = [
    path(f"{_BASE}/", numbers, name="numbers"),
    path(f"{_BASE}/take", take, name="take_number"),
    path(f"{_BASE}/<int:identifier_id>/give", give, name="give_number"),
    path(f"{_BASE}/service/<int:product_id>/give", give_loose, name="give_service_number"),
    path(f"{_BASE}/<int:identifier_id>/end", end, name="end_number"),
    path(f"{_BASE}/moves/<int:move_id>/undo", undo, name="undo_move"),
]
