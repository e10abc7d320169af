"""Everything about one customer on one page; upper apps add their panels."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from crm.access import require, signed_in
from crm.audit.record import record_access
from crm.web import words
from crm.web.page import render_page, render_panel
from crm.web.panels import actions_for, panels_for
from customers import masking
from customers.history import changes_of
from customers.models import (
    Agreement,
    CommunicationNeed,
    Customer,
    Party,
    PartyRelationship,
    Product,
)
from customers.web.relation_graph import graph

_CHANGES = 60
_MOST = 100
# Panels a phone jumps to; who puts them there is not known here.
_JUMPS = frozenset({"timeline", "insight"})
_SOON = timedelta(days=90)
_MEDIUM_ICONS = {
    "email": "mail",
    "mobile": "device-mobile",
    "phone": "device-landline-phone",
    "address": "map-pin",
    "social": "world",
}
_PRODUCT_ICONS = {
    "broadband": "wifi",
    "internet": "wifi",
    "tv": "device-tv",
    "voice": "device-landline-phone",
    "mobile": "device-mobile",
    "phone": "device-landline-phone",
    "entertainment": "device-tv",
}

_CHANNELS = {
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "sms": gettext_lazy("SMS"),
    "letter": gettext_lazy("Letter"),
    "chat": gettext_lazy("Chat"),
    "app": gettext_lazy("App"),
    "whatsapp": gettext_lazy("WhatsApp"),
}
_HOLDS = {"open-interaction": gettext_lazy("Open matter"), "legal": gettext_lazy("Legal hold")}


@dataclass(frozen=True, slots=True)
class Point:
    """A contact point as it is shown."""

    icon: str
    value: str
    about: str
    state: str
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Relation:
    """Somebody tied to this customer's party."""

    name: str
    how: str
    customer_id: int | None
    org: bool


@login_required
@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer page."""
    actor = signed_in(request)
    require(actor, "customers.view_customer")
    seen = Customer.objects.visible_to(actor).select_related("party", "care_team")
    customer = get_object_or_404(seen, pk=pk)
    record_access(
        actor=actor, action="view", subject="customer", ids=[customer.pk], purpose="service"
    )
    clear = masking.sees_people(actor)
    name = customer.name if clear else masking.name(customer.name, customer.number)
    panels = panels_for("customer", actor, pk=customer.pk)
    context: dict[str, Any] = {
        "customer": customer,
        "party": customer.party if clear else None,
        "name": name,
        "clear": clear,
        "segment": words.plain(customer.segment),
        "language": words.language(customer.party.language) if customer.party and clear else "",
        "panels": panels,
        "actions": actions_for("customer", actor, pk=customer.pk),
        "points": _points(customer, clear=clear),
        "needs": _needs(customer.party) if customer.party else [],
        "products": [
            (one, _PRODUCT_ICONS.get(one.kind, "package"))
            for one in customer.products.order_by("status", "pk")[:_MOST]
        ],
        "accounts": list(customer.accounts.order_by("pk")[:_MOST]),
        "agreements": list(customer.agreements.order_by("-pk")[:_MOST]),
        "holds": _holds(customer),
        "may_change": actor.has_perm("customers.update_information"),
        "may_end": actor.has_perm("customers.terminate_relationship"),
        "jumps": [
            {"id": "now", "label": _("Now")},
            {"id": "contact", "label": _("Contact")},
            {"id": "products", "label": _("Products")},
            *(
                {"id": f"panel-{one.name}", "label": one.title}
                for one in panels
                if one.name in _JUMPS
            ),
            {"id": "relations", "label": _("Relationships")},
        ],
    }
    context["confirm"] = [one for one in context["points"] if one.state != "verified"]
    context["ending"] = _ending(context["products"], context["agreements"])
    context["relations"] = _relations(customer.party, clear=clear)
    context["graph"] = graph(name, [one.name for one in context["relations"]])
    top = [one for one in context["panels"] if one.column == "top"]
    context["band"] = bool(top or context["confirm"] or context["ending"])
    if not context["band"]:
        context["jumps"].pop(0)
    return render_page(request, "customers/page.html", context)


@login_required
@require_GET
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """The field history, as a panel of the customer page."""
    actor = signed_in(request)
    require(actor, masking.PERMISSION)
    customer = get_object_or_404(Customer.objects.visible_to(actor).select_related("party"), pk=pk)
    record_access(
        actor=actor,
        action="view",
        subject="customer",
        ids=[customer.pk],
        purpose="service",
        detail="changes",
    )
    found = changes_of(customer, _CHANGES)
    context = {"customer": customer, "changes": found}
    return render_panel(request, "customers/_changes.html", context, title=_("Changes"))


def _points(customer: Customer, *, clear: bool) -> list[Point]:
    if customer.party is None:
        return []
    media = customer.party.contact_media.current().order_by("-preferred", "pk")[:_MOST]
    return [
        Point(
            icon=_MEDIUM_ICONS[one.type],
            value=one.value if clear else masking.contact_point(one.type, one.value),
            about=" · ".join(
                filter(None, (one.get_type_display(), one.role, _("preferred") * one.preferred))
            ),
            state=one.state,
            verified_at=one.verified_at,
        )
        for one in media
    ]


def _needs(party: Party) -> list[dict[str, str]]:
    """How they wish to be reached, in words."""
    found = []
    for need in party.communication_needs.all():
        hours = f"{need.quiet_to:%H:%M}–{need.quiet_from:%H:%M}" if _has_hours(need) else ""
        channel = str(_CHANNELS.get(need.channel, need.channel))
        how = ", ".join(filter(None, (channel, hours)))
        about = "" if need.topic == "service" else words.plain(need.topic)
        found.append(
            {"how": f"{about}: {how}" if about else how, "accessibility": need.accessibility}
        )
    return found


def _has_hours(need: CommunicationNeed) -> bool:
    return need.quiet_from is not None and need.quiet_to is not None


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


def _relations(party: Party | None, *, clear: bool) -> list[Relation]:
    if party is None:
        return []
    ties = PartyRelationship.objects.filter(
        Q(source=party) | Q(target=party), valid_to=None
    ).select_related("source", "target")[:_MOST]
    others = {tie: tie.target if tie.source_id == party.pk else tie.source for tie in ties}
    customers = dict(
        Customer.objects.filter(party__in=others.values(), removed_at=None).values_list(
            "party_id", "pk"
        )
    )
    said: dict[int, list[str]] = {}
    for tie, other in others.items():
        said.setdefault(other.pk, []).append(_how(tie, outward=tie.source_id == party.pk))
    return [
        Relation(
            name=other.name if clear else masking.name(other.name, ""),
            how=" · ".join(dict.fromkeys(said[other.pk])),
            customer_id=customers.get(other.pk),
            org=other.kind == Party.Kind.ORGANIZATION,
        )
        for other in {other.pk: other for other in others.values()}.values()
    ]


def _how(tie: PartyRelationship, *, outward: bool) -> str:
    said = tie.get_kind_display() if outward else _from_their_side(tie.kind)
    return f"{said} · {tie.note}" if tie.note else said


def _from_their_side(kind: str) -> str:
    return {
        "partner": _("Partner"),
        "parent": _("Child of"),
        "guardian": _("Under the care of"),
        "payer": _("Bill paid by"),
        "user": _("User for"),
        "employer": _("Works for"),
        "subsidiary": _("Subsidiary of"),
        "household": _("Same household"),
    }[kind]
