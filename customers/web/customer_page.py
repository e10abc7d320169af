"""Everything about one customer on one page; upper apps add their panels."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.web import words
from crm.web.page import render_page
from crm.web.panels import PlacedPanel, actions_for, panels_for
from customers import attributes, masking
from customers.answering import answering
from customers.models import (
    Agreement,
    AttributeDefinition,
    Consent,
    Customer,
    Identifier,
    MergedRecord,
    Party,
    Product,
)
from customers.place_names import country
from customers.processes.verify_caller import PERMISSION as VERIFY
from customers.web.contact_rows import points_of
from customers.web.life import steps_of
from customers.web.needs import CHANNELS, shown
from customers.web.relation_graph import graph, ties

_MOST = 100
# Panels a phone jumps to; who puts them there is not known here.
_JUMPS = frozenset({"timeline", "insight"})
_SOON = timedelta(days=90)
_PRODUCT_ICONS = {
    "broadband": "wifi",
    "internet": "wifi",
    "tv": "device-tv",
    "voice": "device-landline-phone",
    "mobile": "device-mobile",
    "phone": "device-landline-phone",
    "entertainment": "device-tv",
}
_HOLDS = {"open-interaction": gettext_lazy("Open matter"), "legal": gettext_lazy("Legal hold")}


@login_required
@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer page."""
    actor = signed_in(request)
    require(actor, "customers.view_customer")
    seen = Customer.objects.visible_to(actor).select_related("party", "care_team")
    customer = seen.filter(pk=pk).first()
    if customer is None:
        # Merged into another one: whoever kept the old address is led there.
        other = answering(MergedRecord.Kind.CUSTOMER, pk)
        get_object_or_404(seen, pk=other)
        return redirect("customers:page", pk=other)
    level = masking.caller_level(actor, customer.pk)
    clear = masking.sees_people(actor) or level >= masking.PERSON_LEVEL
    record_access(
        actor=actor,
        action="view",
        subject="customer",
        ids=[customer.pk],
        # Shown because the caller proved who they are, and only while that stands.
        purpose="service" if masking.sees_people(actor) or not clear else "verified-caller",
    )
    panels = panels_for("customer", actor, pk=customer.pk)
    context: dict[str, Any] = {
        **_identity(customer, actor, clear=clear, level=level),
        **_record(customer, actor, clear=clear, level=level),
        "panels": panels,
        "actions": actions_for("customer", actor, pk=customer.pk),
    }
    top = [one for one in panels if one.column == "top"]
    context["band"] = bool(top or context["confirm"] or context["ending"])
    context["jumps"] = _jumps(panels, band=context["band"])
    return render_page(request, "customers/page.html", context)


def _identity(customer: Customer, actor: Actor, *, clear: bool, level: int) -> dict[str, Any]:
    """Who it is, how sure we are who is calling, and what must not be forgotten."""
    name = customer.name if clear else masking.name(customer.name, customer.number)
    party = customer.party
    may_change = actor.has_perm("customers.update_information") and clear
    return {
        "customer": customer,
        "party": party if clear else None,
        "name": name,
        "clear": clear,
        "level": level,
        "level_steps": [one <= level for one in (1, 2, 3)],
        "may_verify": actor.has_perm(VERIFY),
        "segment": words.plain(customer.segment),
        "language": words.language(party.language) if party and clear else "",
        "nationality": country(party.nationality) if party and clear else "",
        "needs": _needs(party) if party else [],
        "marketing": _marketing(party) if party else "",
        "may_change": may_change,
        "steps": _steps(customer, actor, may_change=may_change) if clear else [],
        "today": timezone.localdate(),
    }


def _steps(customer: Customer, actor: Actor, *, may_change: bool) -> list[dict[str, Any]]:
    """What is behind the dots: the life of the relationship, its numbers, its past."""
    numbers = {"label": _("Numbers"), "url": reverse("customers:numbers", args=[customer.pk])}
    mine = [numbers] if may_change and customer.party_id is not None else []
    return [*steps_of(customer, actor), *mine, _yesterday(customer)]


def _yesterday(customer: Customer) -> dict[str, Any]:
    """The way into the past where the head has no room for a date."""
    day = timezone.localdate() - timedelta(days=1)
    where = reverse("customers:past", args=[customer.pk])
    return {"label": _("As it was"), "url": f"{where}?at={day.isoformat()}"}


def _record(customer: Customer, actor: Actor, *, clear: bool, level: int) -> dict[str, Any]:
    """What is recorded, panel by panel."""
    points = points_of(customer, clear=clear)
    products = [
        (one, _PRODUCT_ICONS.get(one.kind, "package"))
        for one in customer.products.order_by("status", "pk")[:_MOST]
    ]
    agreements = list(customer.agreements.order_by("-pk")[:_MOST])
    return {
        "points": points,
        "confirm": [one for one in points if one.state != "verified"],
        "products": products,
        "running": sum(one.status != Product.Status.ENDED for one, _icon in products),
        "accounts": list(customer.accounts.order_by("pk")[:_MOST]),
        "agreements": agreements,
        "billing_open": masking.sees_billing(actor, level),
        "ending": _ending(products, agreements),
        "relations": ties(customer, clear=clear),
        "graph": graph(customer.party, clear=clear),
        "identifiers": _identifiers(customer) if clear else [],
        "own_attributes": _attributes(customer) if clear else [],
        "holds": _holds(customer),
    }


def _jumps(panels: list[PlacedPanel], *, band: bool) -> list[dict[str, str]]:
    return [
        *([{"id": "now", "label": _("Now")}] if band else []),
        {"id": "contact", "label": _("Contact")},
        {"id": "products", "label": _("Products")},
        *({"id": f"panel-{one.name}", "label": one.title} for one in panels if one.name in _JUMPS),
        {"id": "relations", "label": _("Relationships")},
    ]


def _needs(party: Party) -> list[dict[str, Any]]:
    """How they wish to be reached, in words."""
    standing = party.communication_needs.select_related("contact_person").order_by("topic")
    return [shown(one) for one in standing]


def _marketing(party: Party) -> str:
    """What they answered to offers, in one line: it stands where it is seen before a call."""
    answers = Consent.objects.in_force().filter(party=party, purpose__key="marketing")
    said = {one.channel: one.given for one in answers.order_by("channel")}
    if not said:
        return ""
    if set(said) == {"any"}:
        return _("Offers: yes") if said["any"] else _("Offers: no")
    named = [
        (str(CHANNELS.get(one, _("else"))), _("yes") if given else _("no"))
        for one, given in said.items()
    ]
    return _("Offers: %(answers)s") % {"answers": "; ".join(f"{a} {b}" for a, b in named)}


def _identifiers(customer: Customer) -> list[tuple[str, str, str]]:
    """The numbers that are theirs now; a number that moved on is nobody's business here."""
    if customer.party is None:
        return []
    standing = customer.party.identifiers.at(timezone.now()).exclude(kind="document")
    return [
        (
            one.get_kind_display(),
            words.phone_number(one.value) if one.kind == Identifier.Kind.MSISDN else one.value,
            one.issuer,
        )
        for one in standing.order_by("kind", "pk")[:_MOST]
    ]


def _attributes(customer: Customer) -> list[tuple[str, str]]:
    """What the installation defined itself, with this customer's values."""
    values = {str(one.get("name")): one.get("value") for one in customer.characteristics}
    if not values:
        return []
    known = AttributeDefinition.objects.for_type(customer.type).filter(key__in=values)
    return [(one.label, attributes.shown(one, values[one.key])) for one in known]


def _holds(customer: Customer) -> list[dict[str, Any]]:
    """What keeps the customer from being archived, one line each."""
    found = customer.holds.filter(released_at=None).order_by("placed_at")[:_MOST]
    return [
        {
            "kind": _HOLDS.get(one.kind) or words.plain(one.kind),
            "what": one.reason or one.reference,
            "placed_at": one.placed_at,
        }
        for one in found
    ]


def _ending(
    products: list[tuple[Product, str]], agreements: list[Agreement]
) -> list[tuple[str, date | None]]:
    """What ends within three months: the moment to talk about it is now."""
    today = timezone.localdate()
    soon = [
        (one.name, one.valid_to)
        for one in agreements
        if one.valid_to and today <= one.valid_to <= today + _SOON
    ]
    leaving = [
        (one.name, one.valid_to) for one, _icon in products if one.status == Product.Status.ENDING
    ]
    return [*leaving, *soon]
