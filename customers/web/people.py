"""Link somebody to a customer: look up, or write down; verify; say which part they play."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.web.errors import beside
from crm.web.page import redirect_to, render_page
from crm.web.undo import say, say_with_undo
from customers import masking
from customers.models import ContactMedium, Customer, CustomerRole, Party, PartyRelationship
from customers.processes import keep_relations
from customers.processes.record_customer import record_party
from customers.processes.validate_contact import validate_contact
from customers.reads import find_customers
from customers.web.forms import TRIGGERS

_FOUND = 8
_OUT, _IN = "out", "in"


def _parts() -> list[tuple[str, Any]]:
    """What somebody can be to a customer: roles first, then relationships read both ways."""
    kinds = PartyRelationship.Kind
    return [
        (
            _("A role for this customer"),
            [(f"role:{role.value}", str(role.label)) for role in CustomerRole.Role],
        ),
        (
            _("A relationship between the two"),
            [
                (f"{_OUT}:{kinds.HOUSEHOLD}", _("Same household")),
                (f"{_OUT}:{kinds.PARTNER}", _("Partner")),
                (f"{_OUT}:{kinds.PARENT}", _("Child of this customer")),
                (f"{_IN}:{kinds.PARENT}", _("Parent of this customer")),
                (f"{_IN}:{kinds.GUARDIAN}", _("Guardian of this customer")),
                (f"{_OUT}:{kinds.SUBSIDIARY}", _("Subsidiary of this organisation")),
                (f"{_IN}:{kinds.SUBSIDIARY}", _("Parent organisation")),
                (f"{_OUT}:{kinds.EMPLOYER}", _("Employee of this organisation")),
                (f"{_IN}:{kinds.EMPLOYER}", _("Employer of this customer")),
            ],
        ),
    ]


class LinkForm(forms.Form):
    """Who, as what, since when."""

    party = forms.IntegerField(widget=forms.HiddenInput, required=False)
    given_name = forms.CharField(label=gettext_lazy("Given name"), max_length=120, required=False)
    family_name = forms.CharField(label=gettext_lazy("Family name"), max_length=120, required=False)
    trading_name = forms.CharField(
        label=gettext_lazy("Or the name of an organisation"), max_length=250, required=False
    )
    mobile = forms.CharField(label=gettext_lazy("Mobile"), max_length=60, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254, required=False)
    part = forms.ChoiceField(label=gettext_lazy("Is"), choices=_parts)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)
    since = forms.DateTimeField(
        label=gettext_lazy("Since"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    trigger = forms.ChoiceField(label=gettext_lazy("Why it changes"), choices=TRIGGERS)
    sure = forms.BooleanField(
        label=gettext_lazy("It is somebody else: write them down anew"), required=False
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        named = any(given.get(name) for name in ("given_name", "family_name", "trading_name"))
        if not given.get("party") and not named:
            self.add_error("family_name", _("Choose somebody or give a name."))
        return given


@login_required
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Look somebody up, or write them down, and link them to the customer."""
    actor, customer = _asked(request, pk)
    text = request.GET.get("q", "").strip()
    chosen = _chosen(actor, request.POST.get("party") or request.GET.get("party", ""))
    form = LinkForm(request.POST or None, initial={"party": chosen.pk if chosen else None})
    known: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        with beside(form):
            known = [] if chosen or form.cleaned_data["sure"] else _known(actor, form)
            if not known:
                medium = _linked(actor, customer, chosen, form.cleaned_data)
                say(request, _("Linked."))
                return redirect_to(request, _after(customer, medium))
    found = _found(actor, text, customer) if text else []
    context = {
        "customer": customer,
        "form": form,
        "chosen": chosen,
        "text": text,
        "found": found,
        "known": known,
        "steps": _steps(chosen, text, typed=request.method == "POST"),
    }
    return render_page(
        request, "customers/link.html", context, status=422 if form.errors or known else 200
    )


@login_required
@require_POST
def end(request: HttpRequest, pk: int, what: str, tie_id: int) -> HttpResponse:
    """End a relationship or role; undone with one key."""
    actor, customer = _asked(request, pk)
    _mine(customer, what, tie_id)
    if what == "role":
        keep_relations.end_role(role_id=tie_id, actor=actor)
    else:
        keep_relations.untie(relationship_id=tie_id, actor=actor)
    undo = reverse("customers:tie_again", args=[customer.pk, what, tie_id])
    say_with_undo(request, _("Ended today. It stays in the past of both."), undo_url=undo)
    return redirect_to(request, reverse("customers:page", args=[customer.pk]))


@login_required
@require_POST
def again(request: HttpRequest, pk: int, what: str, tie_id: int) -> HttpResponse:
    """Take the end back."""
    actor, customer = _asked(request, pk)
    _mine(customer, what, tie_id)
    if what == "role":
        keep_relations.play_again(role_id=tie_id, actor=actor)
    else:
        keep_relations.stand_again(relationship_id=tie_id, actor=actor)
    say(request, _("It stands again."))
    return redirect_to(request, reverse("customers:page", args=[customer.pk]))


def _mine(customer: Customer, what: str, tie_id: int) -> None:
    """The tie is one of this customer's."""
    if what == "role":
        customer.roles.get(pk=tie_id)
    elif what == "relation" and customer.party_id is not None:
        PartyRelationship.objects.of(customer.party_id).get(pk=tie_id)
    else:
        raise PartyRelationship.DoesNotExist


def _asked(request: HttpRequest, pk: int) -> tuple[Actor, Customer]:
    actor = signed_in(request)
    require(actor, "customers.update_information")
    require(actor, masking.PERMISSION)
    seen = Customer.objects.visible_to(actor).select_related("party")
    return actor, get_object_or_404(seen, pk=pk)


def _chosen(actor: Actor, given: str) -> Party | None:
    if not given.isdecimal() or len(given) > 18:  # noqa: PLR2004  # digits of a bigint
        return None
    party = Party.objects.visible_to(actor).filter(pk=int(given)).first()
    if party is not None:
        record_access(
            actor=actor,
            action="view",
            subject="party",
            ids=[party.pk],
            purpose="service",
            detail="link",
        )
    return party


def _found(actor: Actor, text: str, customer: Customer) -> list[dict[str, Any]]:
    """Customers the text finds, with the party that stands behind each."""
    hits = [one for one in find_customers(actor, text, _FOUND) if one.customer_id != customer.pk]
    seen = Customer.objects.filter(pk__in=[one.customer_id for one in hits])
    parties = dict(seen.values_list("pk", "party_id"))
    if hits:
        record_access(
            actor=actor,
            action="search",
            subject="customer",
            ids=[one.customer_id for one in hits],
            purpose="service",
            detail="link",
        )
    return [
        {"name": one.name, "number": one.number, "party": parties[one.customer_id]}
        for one in hits
        if parties.get(one.customer_id)
    ]


def _known(actor: Actor, form: LinkForm) -> list[dict[str, Any]]:
    """Who is reached at what was typed: perhaps the very person."""
    found: dict[int, dict[str, Any]] = {}
    for kind in (ContactMedium.Type.MOBILE, ContactMedium.Type.EMAIL):
        value = form.cleaned_data[str(kind)]
        if not value:
            continue
        for holder in validate_contact(type=kind, value=value, actor=actor).holders:
            if holder.party_id:
                found[holder.party_id] = {
                    "name": holder.name,
                    "number": holder.number,
                    "party": holder.party_id,
                }
    return list(found.values())[:_FOUND]


@transaction.atomic
def _linked(
    actor: Actor, customer: Customer, chosen: Party | None, given: dict[str, Any]
) -> ContactMedium | None:
    """Link somebody, written down first where needed; returns what is still to be verified."""
    party = chosen or _written_down(actor, given)
    what, _colon, kind = given["part"].partition(":")
    more = {
        "note": given["note"],
        "valid_from": given["since"],
        "trigger": given["trigger"],
        "actor": actor,
    }
    if what == "role":
        keep_relations.assign_role(customer_id=customer.pk, party_id=party.pk, role=kind, **more)
    elif customer.party_id is None:
        raise RuleBroken("nobody-behind", _("Say first who the customer is: change the record."))
    else:
        ends = (customer.party_id, party.pk) if what == _OUT else (party.pk, customer.party_id)
        keep_relations.tie(source_id=ends[0], target_id=ends[1], kind=kind, **more)
    if chosen:
        return None
    return party.contact_media.current().order_by("pk").first()


def _written_down(actor: Actor, given: dict[str, Any]) -> Party:
    names = ("given_name", "family_name", "trading_name")
    return record_party(
        kind=Party.Kind.ORGANIZATION if given["trading_name"] else Party.Kind.INDIVIDUAL,
        fields={name: given[name] for name in names},
        contact_media=[
            {"type": kind, "value": given[kind]} for kind in ("mobile", "email") if given[kind]
        ],
        actor=actor,
    )


def _after(customer: Customer, medium: ContactMedium | None) -> str:
    """Somebody new is verified while they are on the line."""
    if medium is not None:
        return reverse("customers:contact", args=[customer.pk, medium.pk])
    return reverse("customers:page", args=[customer.pk])


def _steps(chosen: Party | None, text: str, *, typed: bool) -> list[dict[str, Any]]:
    looked = bool(chosen or text or typed)
    return [
        {
            "label": _("Look up"),
            "sub": _("Perhaps we know them"),
            "state": "done" if looked else "now",
        },
        {
            "label": _("Check"),
            "sub": _("Reachable, and nobody else"),
            "state": "done" if chosen else "now" if looked else "",
        },
        {
            "label": _("Link"),
            "sub": _("With a role or relationship"),
            "state": "now" if chosen else "",
        },
    ]


_BASE = "customers/<int:pk>"
urlpatterns = [
    path(f"{_BASE}/link", link, name="link"),
    path(f"{_BASE}/ties/<slug:what>/<int:tie_id>/end", end, name="end_tie"),
    path(f"{_BASE}/ties/<slug:what>/<int:tie_id>/again", again, name="tie_again"),
]
