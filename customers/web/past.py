"""The record as it was: what was true on a day, or what we knew then."""

from datetime import datetime, time
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.web import words
from crm.web.page import render_page, see_other
from customers import masking
from customers.as_of import AsOf, as_of, names_of
from customers.models import ContactMedium, Customer, CustomerRole, Identifier
from customers.web.needs import shown
from customers.web.relation_graph import how
from customers.web.wording import Column, wording

KNOWN, TRUE = "known", "true"


@login_required
@require_GET
def past(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer as of a moment in the address."""
    actor = signed_in(request)
    require(actor, "customers.view_customer")
    require(actor, masking.PERMISSION)
    seen = Customer.objects.visible_to(actor).select_related("party")
    customer = get_object_or_404(seen, pk=pk)
    at = _moment(request.GET.get("at", ""))
    if at is None or at >= timezone.now():
        return see_other(reverse("customers:page", args=[customer.pk]))
    known_then = request.GET.get("view") != TRUE
    record_access(
        actor=actor,
        action="view",
        subject="customer",
        ids=[customer.pk],
        purpose="service",
        detail=f"as of {at:%Y-%m-%d}",
    )
    then = as_of(customer, at, known_then=known_then)
    context = {
        "customer": customer,
        "at": at,
        "day": request.GET.get("at", "")[:10],
        "known_then": known_then,
        "then": then,
        **(_parts(customer, then, actor) if then else {}),
        "views": [
            {
                "label": label,
                "url": f"?at={request.GET.get('at', '')}&view={view}",
                "on": known_then == (view == KNOWN),
            }
            for view, label in ((TRUE, _("True then")), (KNOWN, _("Known then")))
        ],
    }
    return render_page(request, "customers/past.html", context)


def _moment(text: str) -> datetime | None:
    """A day means its end: what stood when the desk closed."""
    try:
        moment = parse_datetime(text) if len(text) > len("2026-11-19") else None
        day = parse_date(text[:10])
    except ValueError:
        return None
    if moment is not None:
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    return timezone.make_aware(datetime.combine(day, time.max)) if day else None


def _parts(customer: Customer, then: AsOf, actor: Actor) -> dict[str, Any]:
    """The rows in words."""
    return {
        "points": [
            (ContactMedium.Type(one.type).label, one.value, one.state)
            for one in then.contact_points
        ],
        "identifiers": [(Identifier.Kind(one.kind).label, one.value) for one in then.identifiers],
        "needs": [shown(one) for one in then.needs],
        "people": _people(then),
        "status": Customer.Status(then.customer.status).label,
        "language": words.language(then.party.language) if then.party else "",
        "differs": _differs(customer, then, actor),
    }


def _people(then: AsOf) -> list[tuple[str, str]]:
    me = then.customer.party_id
    others = {
        one: one.target_id if one.source_id == me else one.source_id for one in then.relations
    }
    called = names_of({*others.values(), *(one.party_id for one in then.roles)})
    ties = [
        (called[other].name, how(one.kind, outward=one.source_id == me))
        for one, other in others.items()
        if other in called
    ]
    roles = [
        (called[one.party_id].name, str(CustomerRole.Role(one.role).label))
        for one in then.roles
        if one.party_id in called
    ]
    return ties + roles


def _differs(customer: Customer, then: AsOf, actor: Actor) -> list[tuple[str, str, str]]:
    """Which plain fields are different today."""
    found: list[tuple[Column, Any, Any]] = []
    for now, was in ((customer, then.customer), (customer.party, then.party)):
        if now is None or was is None:
            continue
        for field in now._meta.concrete_fields:
            if field.name in _SILENT:
                continue
            today, before = getattr(now, field.attname), getattr(was, field.attname)
            if today != before:
                found.append((field, before, today))
    said = wording(((field, value) for field, *both in found for value in both), actor)
    return [
        (str(field.verbose_name), said.of(field, before), said.of(field, today))
        for field, before, today in found
    ]


_SILENT = frozenset({"id", "revision", "updated_at", "created_at", "public_id", "as_given"})
urlpatterns = [path("customers/<int:pk>/past", past, name="past")]
