"""One contact point at a time: add, correct, verify, prefer, end."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
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
from customers import code_channels, masking
from customers.models import CheckState, ContactMedium, Customer, PartyRelationship
from customers.place_names import country_choices
from customers.processes import keep_contacts, validate_contact
from customers.web.forms import TRIGGERS

_PARTS = ("street1", "street2", "postCode", "city", "stateOrProvince")
_EARLIER = 20
_CHECKS = 20


class PointForm(forms.Form):
    """A contact point; an address has parts, everything else one value."""

    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=ContactMedium.Type)
    value = forms.CharField(
        label=gettext_lazy("Number or e-mail address"), max_length=320, required=False
    )
    street1 = forms.CharField(label=gettext_lazy("Street"), max_length=160, required=False)
    street2 = forms.CharField(label=gettext_lazy("More"), max_length=160, required=False)
    postCode = forms.CharField(label=gettext_lazy("Postcode"), max_length=20, required=False)  # noqa: N815  # the part's own name in TMF
    city = forms.CharField(label=gettext_lazy("Town"), max_length=120, required=False)
    stateOrProvince = forms.CharField(  # noqa: N815  # likewise
        label=gettext_lazy("Region"), max_length=120, required=False
    )
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    role = forms.CharField(
        label=gettext_lazy("Used for"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Bills, installed address, nights only."),
    )
    preferred = forms.BooleanField(label=gettext_lazy("Preferred"), required=False)
    valid_from = forms.DateTimeField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    valid_to = forms.DateTimeField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    trigger = forms.ChoiceField(label=gettext_lazy("Why it changes"), choices=TRIGGERS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"] = forms.ChoiceField(
            label=gettext_lazy("Country"),
            required=False,
            choices=country_choices(str(self.initial.get("country") or "")),
            widget=forms.Select(attrs={"translate": "no"}),
        )

    def medium(self) -> dict[str, Any]:
        """What the process takes."""
        given = self.cleaned_data
        found: dict[str, Any] = {
            "type": given["type"],
            "value": given["value"],
            "role": given["role"],
            "preferred": given["preferred"],
        }
        if given["type"] == ContactMedium.Type.ADDRESS:
            parts = {name: given[name] for name in (*_PARTS, "country") if given[name]}
            found["characteristic"] = parts
            found["value"] = ", ".join(parts[name] for name in _PARTS if name in parts)
        if given["valid_from"]:
            found["valid_from"] = given["valid_from"]
        if given["valid_to"]:
            found["valid_to"] = given["valid_to"]
        return found


class ByHandForm(forms.Form):
    """How somebody was verified without a code."""

    method = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[
            (ContactMedium.Proof.CALL_BACK, ContactMedium.Proof.CALL_BACK.label),
            (ContactMedium.Proof.DOCUMENT, ContactMedium.Proof.DOCUMENT.label),
        ],
    )
    reference = forms.CharField(
        label=gettext_lazy("Who answered, or which document"), max_length=120
    )


class CodeForm(forms.Form):
    """The code as the customer reads it out."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add one way to reach a customer."""
    actor, customer = _asked(request, pk)
    if customer.party_id is None:
        raise RuleBroken("nobody-behind", _("Say first who the customer is: change the record."))
    form = PointForm(request.POST or None, initial={"type": request.GET.get("type", "mobile")})
    if request.method == "POST" and form.is_valid():
        with beside(form):
            medium = keep_contacts.add_contact_point(
                party_id=customer.party_id,
                medium=form.medium(),
                trigger=form.cleaned_data["trigger"],
                actor=actor,
            )
            say(request, _("Added. Verify it while they are on the line."))
            return redirect_to(request, _address(customer, medium))
    context = {"customer": customer, "form": form}
    return render_page(
        request, "customers/contact_form.html", context, status=422 if form.errors else 200
    )


@login_required
@require_http_methods(["GET", "POST"])
def point(request: HttpRequest, pk: int, medium_id: int) -> HttpResponse:
    """One contact point: what it is, since when, how it was verified, and its earlier values."""
    actor, customer = _asked(request, pk)
    medium = _theirs(customer, medium_id)
    form = PointForm(request.POST or None, initial=_initial(medium))
    if request.method == "POST" and form.is_valid():
        with beside(form):
            keep_contacts.change_contact_point(
                medium_id=medium.pk,
                changes={"valid_to": None, **form.medium()},
                trigger=form.cleaned_data["trigger"],
                actor=actor,
            )
            say(request, _("Saved."))
            return redirect_to(request, _address(customer, medium))
    record_access(
        actor=actor,
        action="view",
        subject="customer",
        ids=[customer.pk],
        purpose="service",
        detail="contact point",
    )
    medium.refresh_from_db()
    return _shown(request, customer, medium, form=form)


def _shown(
    request: HttpRequest, customer: Customer, medium: ContactMedium, **more: Any
) -> HttpResponse:
    code = validate_contact.CODE_CHANNELS.get(ContactMedium.Type(medium.type))
    checks = list(medium.checks.order_by("-started_at")[:_CHECKS])
    context = {
        "customer": customer,
        "medium": medium,
        "by_code": code_channels.available(code[0]) if code else None,
        "waits": any(one.state == CheckState.PENDING for one in checks),
        "checks": checks,
        "code_form": CodeForm(),
        "hand_form": ByHandForm(),
        "ended": not ContactMedium.objects.current().filter(pk=medium.pk).exists(),
    } | more
    bad = any(context[name].errors for name in ("form", "code_form", "hand_form"))
    return render_page(request, "customers/contact.html", context, status=422 if bad else 200)


@login_required
@require_POST
def send_code(request: HttpRequest, pk: int, medium_id: int) -> HttpResponse:
    """Send a one-time code to the contact point."""
    actor, customer, medium = _one(request, pk, medium_id)
    validate_contact.send_code(medium_id=medium.pk, actor=actor)
    say(request, _("The code is on its way. It works for 10 minutes."), tone="info")
    return redirect_to(request, _address(customer, medium))


@login_required
@require_POST
def confirm_code(request: HttpRequest, pk: int, medium_id: int) -> HttpResponse:
    """Take the code the customer reads out."""
    actor, customer, medium = _one(request, pk, medium_id)
    form = CodeForm(request.POST)
    if form.is_valid():
        with beside(form):
            validate_contact.confirm_code(
                medium_id=medium.pk, code=form.cleaned_data["code"], actor=actor
            )
            say(request, _("Verified."))
            return redirect_to(request, _address(customer, medium))
    return _shown(
        request, customer, medium, code_form=form, form=PointForm(initial=_initial(medium))
    )


@login_required
@require_POST
def by_hand(request: HttpRequest, pk: int, medium_id: int) -> HttpResponse:
    """Keep that a call-back or a document verified it."""
    actor, customer, medium = _one(request, pk, medium_id)
    form = ByHandForm(request.POST)
    if form.is_valid():
        with beside(form):
            validate_contact.confirm_by_hand(medium_id=medium.pk, **form.cleaned_data, actor=actor)
            say(request, _("Verified."))
            return redirect_to(request, _address(customer, medium))
    return _shown(
        request, customer, medium, hand_form=form, form=PointForm(initial=_initial(medium))
    )


@login_required
@require_POST
def end(request: HttpRequest, pk: int, medium_id: int) -> HttpResponse:
    """End a contact point; undone with one key."""
    actor, customer, medium = _one(request, pk, medium_id)
    keep_contacts.end_contact_point(medium_id=medium.pk, trigger="customer-notified", actor=actor)
    say_with_undo(
        request,
        _("Ended. Nobody is written to there any more."),
        undo_url=reverse("customers:reopen_contact", args=[customer.pk, medium.pk]),
    )
    return redirect_to(request, reverse("customers:page", args=[customer.pk]))


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int, medium_id: int) -> HttpResponse:
    """Take the end back."""
    actor, customer, medium = _one(request, pk, medium_id)
    keep_contacts.reopen_contact_point(
        medium_id=medium.pk, trigger="customer-notified", actor=actor
    )
    say(request, _("It stands again."))
    return redirect_to(request, reverse("customers:page", args=[customer.pk]))


def _asked(request: HttpRequest, pk: int) -> tuple[Actor, Customer]:
    actor = signed_in(request)
    require(actor, "customers.update_information")
    require(actor, masking.PERMISSION)
    seen = Customer.objects.visible_to(actor).select_related("party")
    return actor, get_object_or_404(seen, pk=pk)


def _one(request: HttpRequest, pk: int, medium_id: int) -> tuple[Actor, Customer, ContactMedium]:
    actor, customer = _asked(request, pk)
    return actor, customer, _theirs(customer, medium_id)


def _theirs(customer: Customer, medium_id: int) -> ContactMedium:
    """A contact point of the customer, or of somebody with a part in this customer."""
    parties = {customer.party_id, *customer.roles.values_list("party_id", flat=True)}
    if customer.party_id is not None:
        ties = PartyRelationship.objects.of(customer.party_id)
        parties.update(*zip(*ties.values_list("source_id", "target_id"), strict=True))
    return get_object_or_404(
        ContactMedium.objects.select_related("party"), pk=medium_id, party__in=parties - {None}
    )


def _address(customer: Customer, medium: ContactMedium) -> str:
    return reverse("customers:contact", args=[customer.pk, medium.pk])


def _initial(medium: ContactMedium) -> dict[str, Any]:
    names = ("type", "value", "role", "preferred", "valid_from", "valid_to")
    initial = {name: getattr(medium, name) for name in names}
    if medium.type == ContactMedium.Type.ADDRESS:
        parts = medium.characteristic
        initial |= {name: parts.get(name, "") for name in (*_PARTS, "country")}
        # An address that came as one line stands in its first part until somebody takes it apart.
        if not any(parts.get(name) for name in _PARTS):
            initial["street1"] = medium.value[:160]
    return initial


_BASE = "customers/<int:pk>/contacts"
urlpatterns = [
    path(f"{_BASE}/new", add, name="add_contact"),
    path(f"{_BASE}/<int:medium_id>/", point, name="contact"),
    path(f"{_BASE}/<int:medium_id>/code", send_code, name="send_code"),
    path(f"{_BASE}/<int:medium_id>/confirm", confirm_code, name="confirm_code"),
    path(f"{_BASE}/<int:medium_id>/by-hand", by_hand, name="confirm_by_hand"),
    path(f"{_BASE}/<int:medium_id>/end", end, name="end_contact"),
    path(f"{_BASE}/<int:medium_id>/reopen", reopen, name="reopen_contact"),
]
