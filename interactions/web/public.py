"""Pages for customers: write to us, see one's own matter through a link, leave a mailing."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from crm.access import SYSTEM
from crm.accounts.addresses import address_of
from crm.errors import RuleBroken
from crm.web.page import see_other
from customers.processes.manage_consent import record_consent
from interactions.channels import unsubscribing
from interactions.models import Interaction, Reason
from interactions.processes import manage_request

_OPENED = "mine"
_STAYS_OPEN = 3600
_Status = Interaction.Status
# How a matter stands, as its customer would ask.
_STANDING = {
    _Status.LOGGED: _("We have it"),
    _Status.WAITING_CUSTOMER: _("We wait for your answer"),
    _Status.COMPLETED: _("Done"),
    _Status.CLOSED: _("Done"),
    _Status.CANCELLED: _("Called off"),
    _Status.MERGED: _("Goes on in another matter of yours"),
}


class ContactForm(forms.Form):
    """What somebody tells us without signing in; `website` is there for robots only."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    reason = forms.ChoiceField(
        label=_("What is it about?"),
        required=False,
        widget=forms.Select(attrs={"translate": "no"}),
    )
    text = forms.CharField(
        label=_("Your message"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6})
    )
    website = forms.CharField(required=False)
    once = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        known = Reason.objects.filter(active=True).values_list("key", "name")
        field: Any = self.fields["reason"]
        field.choices = [("", _("Something else")), *known]


class LinkForm(forms.Form):
    """Where to send the link."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class AddForm(forms.Form):
    """What a customer adds."""

    text = forms.CharField(
        label=_("Your message"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    once = forms.UUIDField(widget=forms.HiddenInput)


@never_cache
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """The form anybody may fill in; the thanks are the same whoever wrote."""
    if request.method == "GET":
        form = ContactForm(initial={"once": uuid.uuid4()})
        sent = request.GET.get("sent") == "1"
        return render(request, "interactions/public/contact.html", {"form": form, "sent": sent})
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _contact_again(request, form, 422)
    said = form.cleaned_data
    if said["website"]:
        # A robot hears what a person hears.
        return see_other(f"{reverse('interactions:contact')}?sent=1")
    if not manage_request.may_write(address_of(request), said["email"]):
        form.add_error(None, _("That was a lot. Please try again in an hour."))
        return _contact_again(request, form, 429)
    chats = request.POST.get("way") == "chat"
    try:
        row = manage_request.write_first(
            channel="chat" if chats else "web",
            once=str(said["once"]),
            email=said["email"],
            name=said["name"],
            text=said["text"],
            reason=said["reason"],
        )
    except RuleBroken:
        form.add_error(None, _("This way is closed just now. Please call us or try again later."))
        return _contact_again(request, form, 503)
    if chats and row.interaction_id is not None:
        _let_see(request, row.interaction_id)
        return see_other(reverse("interactions:mine"))
    return see_other(f"{reverse('interactions:contact')}?sent=1")


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a link to one's matter; the answer is the same for every address."""
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if manage_request.may_write(address_of(request), f"link:{email}"):
            try:
                manage_request.ask_for_link(email=email)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                return render(request, "interactions/public/ask.html", {"form": form}, status=503)
        return see_other(f"{reverse('interactions:mine_ask')}?sent=1")
    context = {"form": form, "sent": request.GET.get("sent") == "1"}
    status = 422 if form.errors else 200
    return render(request, "interactions/public/ask.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def open_mine(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a link: looking uses nothing up, since mail scanners look too."""
    if request.method == "GET":
        if not manage_request.is_good(token):
            return _shut(request)
        return render(request, "interactions/public/open.html", {"token": token})
    try:
        interaction = manage_request.open_link(token)
    except RuleBroken:
        return _shut(request)
    _let_see(request, interaction.pk)
    return see_other(reverse("interactions:mine"))


@never_cache
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """One's own matter: what was said, how it stands, and a line to add."""
    interaction = _opened(request)
    if interaction is None:
        return _shut(request)
    form = AddForm(request.POST or None, initial={"once": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        if manage_request.may_write(f"mine:{interaction.pk}:{timezone.now():%H%M}", ""):
            manage_request.write_on(
                interaction=interaction,
                once=str(form.cleaned_data["once"]),
                text=form.cleaned_data["text"],
            )
            return see_other(reverse("interactions:mine"))
        form.add_error("text", _("That was a lot in a minute. Your text is kept: send it again."))
    context = {
        "one": interaction,
        "form": form,
        "said": manage_request.conversation(interaction),
        "standing": _STANDING.get(_Status(interaction.status), _("We are working on it")),
        "due": _due(interaction),
    }
    part = request.headers.get("HX-Target") == "said"
    template = "interactions/public/_said.html" if part else "interactions/public/mine.html"
    return render(request, template, context, status=422 if form.errors else 200)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Leave a mailing with one click; mail programs post by themselves (RFC 8058)."""
    known = unsubscribing.opened(token)
    if known is None:
        return _shut(request)
    if request.method == "POST":
        party_id, purpose = known
        record_consent(
            party_id=party_id,
            purpose_key=purpose,
            channel="email",
            given=False,
            source="unsubscribe link",
            actor=SYSTEM,
        )
    context = {"token": token, "done": request.method == "POST"}
    return render(request, "interactions/public/unsubscribe.html", context)


def _contact_again(request: HttpRequest, form: ContactForm, status: int) -> HttpResponse:
    return render(request, "interactions/public/contact.html", {"form": form}, status=status)


def _let_see(request: HttpRequest, interaction_id: int) -> None:
    until = int(timezone.now().timestamp()) + _STAYS_OPEN
    if not request.user.is_authenticated:
        # A link opened by a stranger must not go on in a session somebody planted.
        request.session.cycle_key()
    request.session[_OPENED] = [interaction_id, until]


def _opened(request: HttpRequest) -> Interaction | None:
    kept = request.session.get(_OPENED)
    if not kept or kept[1] < timezone.now().timestamp():
        return None
    return Interaction.objects.filter(pk=kept[0], removed_at=None).first()


def _due(interaction: Interaction) -> datetime | None:
    """By when we promised to come back; a time that is over is said by a message, not here."""
    due = interaction.due_next_at
    return due if due is not None and due > timezone.now() else None


def _shut(request: HttpRequest) -> HttpResponse:
    return render(request, "interactions/public/shut.html", status=403)


urlpatterns = [
    path("contact", contact, name="contact"),
    path("mine", mine, name="mine"),
    path("mine/ask", ask, name="mine_ask"),
    path("mine/<str:token>", open_mine, name="mine_open"),
    path("unsubscribe/<str:token>", unsubscribe, name="unsubscribe"),
]
