"""Who looks like the person being typed, beside the form that records or changes a customer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_POST

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.web.page import render_page
from customers import masking
from customers.alike import LABELS, SAID, Alike, alike, for_review, record_of
from customers.models import Customer, DuplicateCase, Party

_MOST = 5
_REACHED = ("mobile", "phone", "email", "address")
_NAMED = ("given_name", "family_name", "birth_date")


@dataclass(frozen=True, slots=True)
class Typed:
    """Somebody recorded who looks like the one being typed."""

    one: Alike
    reasons: str
    likely: bool


@login_required
@require_POST
def while_recording(request: HttpRequest) -> HttpResponse:
    """A fragment of the page that records."""
    actor = signed_in(request)
    require(actor, "customers.record_customer")
    require(actor, "customers.view_customer")
    return render_page(request, "customers/_alike.html", {"alike": alike_rows(actor, request.POST)})


@login_required
@require_POST
def while_changing(request: HttpRequest, pk: int) -> HttpResponse:
    """The same beside a record that stands: somebody else who is like what it will say."""
    actor = signed_in(request)
    require(actor, "customers.update_information")
    customer = get_object_or_404(Customer.objects.visible_to(actor), pk=pk)
    found = alike_rows(actor, request.POST, party_id=customer.party_id)
    return render_page(request, "customers/_alike.html", {"alike": found, "customer": customer})


def alike_rows(
    actor: Actor, given: Mapping[str, Any], *, party_id: int | None = None
) -> list[Typed]:
    """Who looks like the person being typed; names and numbers stay out of addresses and logs.

    Without the record itself, and without those a person said are not the same.
    """
    if not masking.sees_people(actor):
        return []
    business = given.get("type") == Customer.Type.BUSINESS
    kind = Party.Kind.ORGANIZATION if business else Party.Kind.INDIVIDUAL
    media: list[tuple[str, str, dict[str, str]]] = [
        (name, str(given[name]), {}) for name in _REACHED if given.get(name)
    ]
    fields = {name: str(given.get(name, ""))[:250] for name in _NAMED}
    record = record_of(kind, {**fields, "name": given.get("trading_name", "")}, media, ())
    others = DuplicateCase.objects.told_apart_from(party_id) if party_id else set()
    found = [
        one
        for one in alike(record, kind, actor, other_than=party_id or 0)
        if one.party_id not in others
    ][:_MOST]
    if found:
        record_access(
            actor=actor, action="search", subject="customer",
            ids=[one.customer_id for one in found if one.customer_id], purpose="service",
            detail="alike",
        )  # fmt: skip
    return [_typed(one) for one in found]


def _typed(one: Alike) -> Typed:
    reasons = ", ".join(
        f"{LABELS[reason.key]}: {SAID[reason.level]}".lower() for reason in one.reasons[:3]
    )
    return Typed(one, reasons.capitalize(), for_review(one))


urlpatterns = [
    path("customers/alike", while_recording, name="alike"),
    path("customers/<int:pk>/alike", while_changing, name="alike_others"),
]
