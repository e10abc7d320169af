"""Pages on which somebody becomes a customer by themselves: who, the code, welcome."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from crm.accounts.addresses import address_of
from crm.errors import RuleBroken
from crm.web.errors import beside
from crm.web.page import see_other
from customers.contact_points import written
from customers.models import Customer
from customers.place_names import language_choices
from customers.processes import join_oneself

_ASKED: Final = "join"
_JOINED: Final = "joined"
_OFFERS: Final = gettext_lazy("Send me offers and news by e-mail. I can stop this at any time.")
_NAMES: Final = ("given_name", "family_name", "trading_name", "language")
_MEDIA: Final = ("mobile", "address")


class JoinForm(forms.Form):
    """What we must know of a customer, and no more; `website` is there for robots only."""

    type = forms.ChoiceField(
        label=gettext_lazy("Who will be the customer?"),
        choices=[
            (Customer.Type.CONSUMER, gettext_lazy("I myself")),
            (Customer.Type.BUSINESS, gettext_lazy("My business")),
        ],
    )
    given_name = forms.CharField(
        label=gettext_lazy("Given name"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    family_name = forms.CharField(
        label=gettext_lazy("Family name"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("A person has at least one of both names."),
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    trading_name = forms.CharField(
        label=gettext_lazy("Name of the business"),
        max_length=250,
        required=False,
        help_text=gettext_lazy("For a business only."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        help_text=gettext_lazy("We send a code there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    mobile = forms.CharField(
        label=gettext_lazy("Mobile"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=320,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    offers = forms.BooleanField(label=_OFFERS, required=False)
    website = forms.CharField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        languages: Any = self.fields["language"]
        languages.choices = language_choices()
        languages.widget.attrs |= {"translate": "no"}

    def clean_mobile(self) -> str:
        """A number that can be one."""
        value = str(self.cleaned_data["mobile"])
        if value and not written("mobile", value, region=settings.CRM_REGION).normalised:
            raise forms.ValidationError(
                _("This is no phone number. Correct it here or leave it out.")
            )
        return value

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("type") == Customer.Type.BUSINESS:
            if not given.get("trading_name"):
                self.add_error("trading_name", _("Say what the business is called."))
        elif not (given.get("given_name") or given.get("family_name")):
            self.add_error("family_name", _("Give at least one name."))
        return given

    def told(self) -> join_oneself.Told:
        """The form in the words of the process."""
        given = self.cleaned_data
        return join_oneself.Told(
            email=given["email"],
            business=given["type"] == Customer.Type.BUSINESS,
            fields={name: given[name] for name in _NAMES},
            other_media=[{"type": kind, "value": given[kind]} for kind in _MEDIA if given[kind]],
            offers=str(_OFFERS) if given["offers"] else "",
        )


class CodeForm(forms.Form):
    """The six digits from the mail."""

    code = forms.CharField(
        label=gettext_lazy("Code from the mail"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )


def _door(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """There is such a page only where the operator wants it."""

    @wraps(view)
    def opened(request: HttpRequest) -> HttpResponse:
        if not settings.CRM_SELF_SERVICE:
            raise Http404
        return view(request)

    return never_cache(opened)


@_door
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Who wants to be a customer; what follows is the same whether we know them or not."""
    if not join_oneself.may_join():
        return render(request, "customers/join_closed.html", status=503)
    form = JoinForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return _join(request, form, 422 if form.errors else 200)
    if form.cleaned_data["website"]:
        # A robot sees what a person sees.
        request.session.pop(_ASKED, None)
        return see_other(reverse("customers:join_code"))
    if not join_oneself.may_ask(address_of(request), form.cleaned_data["email"]):
        form.add_error(None, _("That was a lot. Please try again in an hour."))
        return _join(request, form, 429)
    with beside(form):
        request.session[_ASKED] = str(join_oneself.ask_to_join(form.told()))
    if form.errors:
        return _join(request, form, 503)
    return see_other(reverse("customers:join_code"))


@_door
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The code proves the address; only now somebody is recorded."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with beside(form):
            customer = join_oneself.join(
                application=_asked(request), code=form.cleaned_data["code"]
            )
            request.session.pop(_ASKED, None)
            request.session[_JOINED] = customer.number
            return see_other(reverse("customers:joined"))
    return render(
        request, "customers/join_code.html", {"form": form}, status=422 if form.errors else 200
    )


@_door
@require_GET
def joined(request: HttpRequest) -> HttpResponse:
    """Welcome, with the number of the customer who has just been recorded here."""
    number = request.session.get(_JOINED)
    if not number:
        return see_other(reverse("customers:join"))
    return render(request, "customers/joined.html", {"number": number})


def _asked(request: HttpRequest) -> UUID:
    kept = request.session.get(_ASKED)
    if not kept:
        # Nobody asked here: the code can be right for nothing.
        raise RuleBroken("wrong-code", _("That is not the code."), field="code", kind="invalid")
    return UUID(kept)


def _join(request: HttpRequest, form: JoinForm, status: int) -> HttpResponse:
    return render(request, "customers/join.html", {"form": form}, status=status)


urlpatterns = [
    path("join", join, name="join"),
    path("join/code", code, name="join_code"),
    path("join/welcome", joined, name="joined"),
]
