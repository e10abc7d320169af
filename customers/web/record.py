"""Record a customer, change one, end a relationship."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.web.errors import beside
from crm.web.page import redirect_to, render_page
from crm.web.undo import say
from customers import masking
from customers.models import ContactMedium, Customer, Party
from customers.processes.record_customer import record_customer, record_party
from customers.processes.terminate_relationship import terminate_relationship
from customers.processes.update_information import update_customer, update_party
from customers.reads import Found, find_customers
from customers.web.forms import EditForm, EndForm, NewForm, RecordForm

_MEDIA = ("mobile", "phone", "email", "address")
_PERSON = ("given_name", "family_name", "trading_name", "language", "birth_date")
_ALIKE = 5


@login_required
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest) -> HttpResponse:
    """Record somebody new; whoever looks alike is shown before anything is saved."""
    actor = signed_in(request)
    require(actor, "customers.record_customer")
    form = NewForm(request.POST or None)
    alike: list[Found] = []
    if request.method == "POST" and form.is_valid():
        alike = [] if form.cleaned_data["not_the_same"] else _alike(actor, form.cleaned_data)
        if not alike:
            with beside(form):
                customer = _recorded(actor, form.cleaned_data)
                say(request, _("Recorded as %(number)s.") % {"number": customer.number})
                return redirect_to(request, reverse("customers:page", args=[customer.pk]))
    status = 422 if form.errors or alike else 200
    return _form(request, form, {"alike": alike}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a record; when somebody else was faster, their change is shown and ours kept."""
    actor = signed_in(request)
    require(actor, "customers.update_information")
    require(actor, masking.PERMISSION)
    seen = Customer.objects.visible_to(actor).select_related("party")
    customer = get_object_or_404(seen, pk=pk)
    form = EditForm(request.POST or None, initial=_initial(customer))
    if request.method == "POST" and form.is_valid():
        with beside(form):
            _changed(actor, customer, form.cleaned_data)
            say(request, _("Saved."))
            return redirect_to(request, reverse("customers:page", args=[customer.pk]))
    record_access(
        actor=actor,
        action="view",
        subject="customer",
        ids=[customer.pk],
        purpose="service",
        detail="edit",
    )
    theirs = _overtaken(customer, form) if form.errors else None
    return _form(
        request, form, {"customer": customer, "theirs": theirs}, status=422 if form.errors else 200
    )


@login_required
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a relationship with one of the four reasons."""
    actor = signed_in(request)
    require(actor, "customers.terminate_relationship")
    customer = get_object_or_404(Customer.objects.visible_to(actor), pk=pk)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        with beside(form):
            terminate_relationship(customer_id=customer.pk, reason=reason, actor=actor)
            say(request, _("The relationship has ended. The record stays."))
            return redirect_to(request, reverse("customers:page", args=[customer.pk]))
    context = {"customer": customer, "form": form}
    return render_page(request, "customers/end.html", context, status=422 if form.errors else 200)


def _form(
    request: HttpRequest, form: RecordForm, more: dict[str, Any], *, status: int
) -> HttpResponse:
    return render_page(request, "customers/form.html", {"form": form} | more, status=status)


def _alike(actor: Actor, given: dict[str, Any]) -> list[Found]:
    """Who shares a contact point or the name with somebody about to be recorded."""
    name = (
        " ".join(filter(None, (given["given_name"], given["family_name"]))) or given["trading_name"]
    )
    asked = [given["mobile"], given["phone"], given["email"], name]
    found: dict[int, Found] = {}
    for text in filter(None, asked):
        for one in find_customers(actor, text, _ALIKE):
            if not one.near:
                found[one.customer_id] = one
    return list(found.values())[:_ALIKE]


@transaction.atomic
def _recorded(actor: Actor, given: dict[str, Any]) -> Customer:
    party = _recorded_party(actor, given)
    return record_customer(
        name=party.name,
        party_id=party.pk,
        number=given["number"] or None,
        type=given["type"],
        fields={"segment": given["segment"], "care_note": given["care_note"]},
        actor=actor,
    )


def _recorded_party(actor: Actor, given: dict[str, Any]) -> Party:
    business = given["type"] == Customer.Type.BUSINESS
    return record_party(
        kind=Party.Kind.ORGANIZATION if business else Party.Kind.INDIVIDUAL,
        fields={name: given[name] for name in _PERSON},
        contact_media=_media(given),
        actor=actor,
    )


@transaction.atomic
def _changed(actor: Actor, customer: Customer, given: dict[str, Any]) -> None:
    changes: dict[str, Any] = {name: given[name] for name in ("type", "segment", "care_note")}
    told = _media(given) or any(given[name] for name in _PERSON)
    if customer.party is None and told:
        # A partner's system recorded the relationship only; now we hear who it is with.
        party = _recorded_party(actor, given)
        changes |= {"party_id": party.pk, "name": party.name or customer.name}
    elif customer.party:
        known_by = customer.party.name
        party = update_party(
            party_id=customer.party.pk,
            changes={name: given[name] for name in _PERSON},
            contact_media=[*_kept_media(customer.party), *_media(given)],
            expected_revision=given["party_revision"],
            trigger=given["trigger"],
            actor=actor,
        )
        # Imported without a name, a customer is known by the number until somebody says the name.
        if customer.name in {known_by, customer.number} and party.name:
            changes["name"] = party.name
    update_customer(
        customer_id=customer.pk,
        changes=changes,
        expected_revision=given["revision"],
        trigger=given["trigger"],
        actor=actor,
    )


def _media(given: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": kind, "value": given[kind]} for kind in _MEDIA if given[kind]]


def _first_media(party: Party) -> dict[str, ContactMedium]:
    first: dict[str, ContactMedium] = {}
    for medium in party.contact_media.current().order_by("-preferred", "pk"):
        if medium.type in _MEDIA and not medium.role:
            first.setdefault(medium.type, medium)
    return first


def _kept_media(party: Party) -> list[dict[str, Any]]:
    """The contact points that the form does not show."""
    shown = {medium.pk for medium in _first_media(party).values()}
    return [
        {"type": one.type, "value": one.value, "role": one.role}
        for one in party.contact_media.current()
        if one.pk not in shown
    ]


def _initial(customer: Customer) -> dict[str, Any]:
    initial: dict[str, Any] = {
        name: getattr(customer, name) for name in ("type", "segment", "care_note", "revision")
    }
    initial["party_revision"] = 0
    if party := customer.party:
        initial |= {name: getattr(party, name) for name in _PERSON}
        initial |= {kind: medium.value for kind, medium in _first_media(party).items()}
        initial["party_revision"] = party.revision
    return initial


def _overtaken(customer: Customer, form: EditForm) -> list[tuple[str, Any]]:
    """What stands in the record now and differs from what was typed."""
    customer.refresh_from_db()
    stands = _initial(customer)
    read = (form.data.get("revision"), form.data.get("party_revision"))
    if read == (str(stands["revision"]), str(stands["party_revision"])):
        return []
    typed = getattr(form, "cleaned_data", {})
    return [
        (str(field.label), stands.get(name, ""))
        for name, field in form.fields.items()
        if field.label and name in stands and (stands[name] or "") != (typed.get(name) or "")
    ]
