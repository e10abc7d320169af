"""The numbers of a customer: which are theirs, which were, which moved."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor
from crm.web.page import redirect_to, render_page
from crm.web.undo import say
from customers.models import Customer, Identifier, NumberMove, Party
from customers.processes.keep_identifiers import end_identifier
from customers.processes.move_number import MOVABLE
from customers.web.number_rows import (
    address_of,
    asked_for,
    looked,
    other_end,
    party_behind,
    seen_among,
)
from customers.web.number_take import NumberForm

_MOST = 100
_Ended = Identifier.Ended
_GONE = [(one.value, one.label) for one in (_Ended.RETURNED, _Ended.PORTED, _Ended.REPLACED)]


class EndForm(forms.Form):
    """Why a number is theirs no longer, when nobody else gets it."""

    because_of = forms.ChoiceField(label=gettext_lazy("Why"), choices=_GONE)


@login_required
@require_GET
def numbers(request: HttpRequest, pk: int) -> HttpResponse:
    """Every number of a customer, now and before, and the moves it made."""
    actor, customer = asked_for(request, pk)
    looked(actor, [customer.pk], "numbers")
    party = party_behind(customer)
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
@require_POST
def end(request: HttpRequest, pk: int, identifier_id: int) -> HttpResponse:
    """A number is theirs no longer, and nobody else's either."""
    actor, customer = asked_for(request, pk)
    one = get_object_or_404(party_behind(customer).identifiers, pk=identifier_id, kind__in=MOVABLE)
    end_identifier(identifier_id=one.pk, because_of=request.POST.get("because_of", ""), actor=actor)
    say(request, _("Ended. Nobody is found by %(number)s any more.") % {"number": one.value})
    return redirect_to(request, address_of(customer))


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
    seen = seen_among(ids, actor)
    return [
        {
            "pk": one.pk,
            "value": one.value,
            "came": one.target_id == party.pk,
            "other": other_end(one, party, seen),
            "order": one.order,
            "reason": one.reason,
            "by": one.by_name,
            "at": one.at,
            "undone": one,
            "may_undo": one.undone_at is None and one.given.valid_to is None,
        }
        for one in rows
    ]


urlpatterns = [
    path("customers/<int:pk>/numbers/", numbers, name="numbers"),
    path("customers/<int:pk>/numbers/<int:identifier_id>/end", end, name="end_number"),
]
