"""Record a customer, change one, end a relationship."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.web.errors import beside
from crm.web.page import redirect_to, render_page
from crm.web.undo import say
from customers import masking
from customers.models import ContactMedium, Customer, Party, Product
from customers.processes.record_customer import record_customer, record_party
from customers.processes.terminate_relationship import terminate_relationship
from customers.processes.update_information import update_customer, update_party
from customers.web.alike import alike_rows
from customers.web.contact_rows import as_read
from customers.web.forms import EditForm, EndForm, NewForm, RecordForm

_MEDIA = ("mobile", "phone", "email", "address")
_PERSON = (
    "given_name", "family_name", "trading_name", "language", "nationality", "birth_date",
)  # fmt: skip
_SIGNED_FOR = "customers.web.record.original"
_MOST_NAMED = 20


@login_required
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest) -> HttpResponse:
    """Record somebody new; whoever looks alike is shown before anything is saved."""
    actor = signed_in(request)
    require(actor, "customers.record_customer")
    form = NewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with beside(form):
            customer = _recorded(actor, form)
            say(request, _("Recorded as %(number)s.") % {"number": customer.number})
            return redirect_to(request, reverse("customers:page", args=[customer.pk]))
    found = alike_rows(actor, request.POST) if "not_the_same" in form.errors else []
    return _form(request, form, {"alike": found}, status=422 if form.errors else 200)


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
    clashes: list[Clash] = []
    if request.method == "POST" and form.is_valid():
        try:
            with beside_unless_overtaken(form):
                _changed(actor, customer, form)
                say(request, _("Saved."))
                return redirect_to(request, reverse("customers:page", args=[customer.pk]))
        except Overtaken as overtaken:
            form, clashes = _merged(customer, form, str(overtaken))
    record_access(
        actor=actor,
        action="view",
        subject="customer",
        ids=[customer.pk],
        purpose="service",
        detail="edit",
    )
    context = {"customer": customer, "clashes": clashes}
    return _form(request, form, context, status=422 if form.errors else 200)


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
            terminate_relationship(
                customer_id=customer.pk,
                reason=reason,
                stop_services=form.cleaned_data["stop_services"],
                actor=actor,
            )
            say(request, _("The relationship has ended. The record stays."))
            return redirect_to(request, reverse("customers:page", args=[customer.pk]))
    running = list(customer.products.exclude(status=Product.Status.ENDED)[:_MOST_NAMED])
    context = {"customer": customer, "form": form, "running": running}
    return render_page(request, "customers/end.html", context, status=422 if form.errors else 200)


def _form(
    request: HttpRequest, form: RecordForm, more: dict[str, Any], *, status: int
) -> HttpResponse:
    return render_page(request, "customers/form.html", {"form": form} | more, status=status)


@transaction.atomic
def _recorded(actor: Actor, form: NewForm) -> Customer:
    given = form.cleaned_data
    party = _recorded_party(actor, given, if_alike="refuse", not_the_same=given["not_the_same"])
    return record_customer(
        name=party.name,
        party_id=party.pk,
        number=given["number"] or None,
        type=given["type"],
        fields={
            "segment": given["segment"],
            "care_note": given["care_note"],
            "characteristics": form.characteristics([]),
        },
        actor=actor,
    )


def _recorded_party(
    actor: Actor, given: dict[str, Any], *, if_alike: str = "flag", not_the_same: str = ""
) -> Party:
    business = given["type"] == Customer.Type.BUSINESS
    return record_party(
        kind=Party.Kind.ORGANIZATION if business else Party.Kind.INDIVIDUAL,
        fields={name: given[name] for name in _PERSON},
        contact_media=_media(given),
        if_alike=if_alike,
        not_the_same=not_the_same,
        actor=actor,
    )


@transaction.atomic
def _changed(actor: Actor, customer: Customer, form: EditForm) -> None:
    given = form.cleaned_data
    changes: dict[str, Any] = {name: given[name] for name in ("type", "segment", "care_note")}
    if form.definitions:
        changes["characteristics"] = form.characteristics(customer.characteristics)
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
            contact_media=_all_media(customer.party, given),
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
    """The one of each kind that the form shows: one for everything before one for bills only."""
    first: dict[str, ContactMedium] = {}
    for medium in party.contact_media.current().order_by("role", "-preferred", "pk"):
        if medium.type in _MEDIA:
            first.setdefault(medium.type, medium)
    return first


def _all_media(party: Party, given: dict[str, Any]) -> list[dict[str, Any]]:
    """What the form says in place of what it showed, for the same use, and all it did not show."""
    first = _first_media(party)
    shown = {medium.pk for medium in first.values()}
    kept = [
        {"type": one.type, "value": one.value, "role": one.role}
        for one in party.contact_media.current()
        if one.pk not in shown
    ]
    told = [
        _in_place_of(shown_one, one["value"]) if (shown_one := first.get(one["type"])) else one
        for one in _media(given)
    ]
    return [*kept, *told]


def _in_place_of(shown: ContactMedium, value: str) -> dict[str, Any]:
    """What was typed over a contact point; left as it was read, it stays as it was written."""
    stays = value == as_read(shown)
    return {
        "type": shown.type,
        "value": shown.value if stays else value,
        "role": shown.role,
        "preferred": shown.preferred,
    }


def _initial(customer: Customer) -> dict[str, Any]:
    initial: dict[str, Any] = {
        name: getattr(customer, name) for name in ("type", "segment", "care_note", "revision")
    }
    initial["party_revision"] = 0
    if party := customer.party:
        initial |= {name: getattr(party, name) for name in _PERSON}
        initial |= {kind: as_read(medium) for kind, medium in _first_media(party).items()}
        initial["party_revision"] = party.revision
    values = {str(one.get("name")): one.get("value") for one in customer.characteristics}
    initial |= {f"attribute_{key}": value for key, value in values.items()}
    initial["original"] = signing.dumps(
        {name: _plain(value) for name, value in initial.items()}, salt=_SIGNED_FOR
    )
    return initial


@dataclass(frozen=True, slots=True)
class Clash:
    """One field that somebody else changed while the form was open."""

    label: str
    original: str
    theirs: str
    mine: str
    both: bool


class Overtaken(Exception):
    """Somebody else saved first."""


@contextmanager
def beside_unless_overtaken(form: EditForm) -> Iterator[None]:
    """Refusals go beside their field; being overtaken has an answer of its own."""
    with beside(form):
        try:
            yield
        except RuleBroken as broken:
            if broken.kind != "precondition":
                raise
            raise Overtaken(broken.message) from broken


def _merged(customer: Customer, form: EditForm, sentence: str) -> tuple[EditForm, list[Clash]]:
    """The form anew: mine where I typed, theirs where only they did, and both shown by field."""
    customer.refresh_from_db()
    if customer.party:
        customer.party.refresh_from_db()
    stands = _initial(customer)
    original = _read(str(form.data.get("original", "")))
    data: Any = form.data.copy()  # type: ignore[attr-defined]  # a bound form holds a QueryDict
    clashes = []
    for name, field in form.fields.items():
        if field.widget.is_hidden or name == "trigger":
            continue
        mine, theirs = _plain(form.cleaned_data.get(name)), _plain(stands.get(name))
        before = original.get(name, theirs)
        if theirs == before:
            continue
        untouched = mine == before
        if untouched:
            data[name] = theirs
        clashes.append(Clash(str(field.label), before, theirs, mine, both=not untouched))
    for name in ("revision", "party_revision", "original"):
        data[name] = str(stands[name])
    merged = EditForm(data, initial=stands)
    merged.is_valid()
    merged.add_error(None, sentence)
    return merged, clashes


def _read(signed: str) -> dict[str, str]:
    try:
        found: dict[str, str] = signing.loads(signed, salt=_SIGNED_FOR)
    except signing.BadSignature:
        return {}
    return found


def _plain(value: Any) -> str:
    return "" if value in (None, False) else str(value)
