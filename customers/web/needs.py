"""How a customer wishes to hear about each topic."""

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
from crm.errors import RuleBroken
from crm.web import words
from crm.web.errors import beside
from crm.web.page import redirect_to, render_page
from crm.web.undo import say
from customers import masking
from customers.contactability import MEDIA_OF_CHANNEL
from customers.models import CommunicationNeed, Customer, Party
from customers.place_names import language_choices
from customers.processes.keep_needs import record_need, remove_need
from customers.web.forms import TRIGGERS

CHANNELS = {
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "sms": gettext_lazy("SMS"),
    "letter": gettext_lazy("Letter"),
    "chat": gettext_lazy("Chat"),
    "app": gettext_lazy("App"),
    "social": gettext_lazy("Social media"),
    "whatsapp": gettext_lazy("WhatsApp"),
}


class NeedForm(forms.Form):
    """One wish."""

    topic = forms.ChoiceField(label=gettext_lazy("About"), choices=CommunicationNeed.Topic)
    channel = forms.ChoiceField(
        label=gettext_lazy("By"), choices=[(one, CHANNELS[one]) for one in MEDIA_OF_CHANNEL]
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    format = forms.ChoiceField(
        label=gettext_lazy("Format"), choices=CommunicationNeed.Format, required=False
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_to = forms.TimeField(
        label=gettext_lazy("Quiet until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    accessibility = forms.CharField(
        label=gettext_lazy("Needs"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Speak slowly, text relay, a relative on the line."),
    )
    contact_person = forms.ChoiceField(label=gettext_lazy("Contact person"), required=False)
    trigger = forms.ChoiceField(label=gettext_lazy("Why it changes"), choices=TRIGGERS)

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own_words = forms.Select(attrs={"translate": "no"})
        self.fields["language"] = forms.ChoiceField(
            label=gettext_lazy("Language"),
            required=False,
            choices=language_choices(str(self.initial.get("language") or "")),
            widget=own_words,
        )
        self.fields["contact_person"] = forms.ChoiceField(
            label=gettext_lazy("Contact person"),
            required=False,
            choices=[("", _("The customer")), *people],
            widget=forms.Select(attrs={"translate": "no"}),
        )

    def fields_of_need(self) -> dict[str, Any]:
        given = self.cleaned_data
        names = ("channel", "language", "format", "quiet_from", "quiet_to", "accessibility")
        person = given["contact_person"]
        return {
            **{name: given[name] for name in names},
            "contact_person_id": int(person) if person else None,
        }


@login_required
@require_http_methods(["GET", "POST"])
def needs(request: HttpRequest, pk: int) -> HttpResponse:
    """Every wish by topic, and a form for one more or a change of one."""
    actor, customer, party = _asked(request, pk)
    standing = {one.topic: one for one in _of(party)}
    topic = request.GET.get("topic", "")
    form = NeedForm(
        request.POST or None, initial=_initial(standing.get(topic), topic), people=_people(customer)
    )
    if request.method == "POST" and form.is_valid():
        with beside(form):
            record_need(
                party_id=party.pk,
                topic=form.cleaned_data["topic"],
                fields=form.fields_of_need(),
                trigger=form.cleaned_data["trigger"],
                actor=actor,
            )
            say(request, _("Kept. Every message asks for it."))
            return redirect_to(request, reverse("customers:needs", args=[customer.pk]))
    context = {
        "customer": customer,
        "form": form,
        "needs": [shown(one) for one in standing.values()],
    }
    return render_page(request, "customers/needs.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def forget(request: HttpRequest, pk: int, topic: str) -> HttpResponse:
    """Drop a wish; the one for everything else holds again."""
    actor, customer, party = _asked(request, pk)
    remove_need(party_id=party.pk, topic=topic, trigger="customer-notified", actor=actor)
    say(request, _("Dropped. What holds for anything else holds here too."))
    return redirect_to(request, reverse("customers:needs", args=[customer.pk]))


def shown(need: CommunicationNeed) -> dict[str, Any]:
    """A wish in words."""
    hours = ""
    if need.quiet_from is not None and need.quiet_to is not None:
        hours = f"{need.quiet_to:%H:%M}–{need.quiet_from:%H:%M}"
    known = need.topic in CommunicationNeed.Topic.values
    usual = need.topic == CommunicationNeed.Topic.SERVICE
    topic = str(CommunicationNeed.Topic(need.topic).label) if known else words.plain(need.topic)
    how = ", ".join(filter(None, (str(CHANNELS.get(need.channel, need.channel)), hours)))
    return {
        "topic": need.topic,
        "about": topic,
        "how": how if usual else f"{topic}: {how}",
        "by": how,
        "language": words.language(need.language) if need.language else "",
        "format": need.get_format_display() if need.format else "",
        "accessibility": need.accessibility,
        "person": need.contact_person.name if need.contact_person else "",
    }


def _of(party: Party) -> list[CommunicationNeed]:
    return list(party.communication_needs.select_related("contact_person").order_by("topic"))


def _people(customer: Customer) -> list[tuple[str, str]]:
    """Who has a part in this customer may be the contact person for a topic."""
    roles = customer.roles.filter(valid_to=None).select_related("party")
    return sorted({(str(one.party_id), one.party.name) for one in roles}, key=lambda one: one[1])


def _initial(need: CommunicationNeed | None, topic: str) -> dict[str, Any]:
    if need is None:
        return {"topic": topic}
    names = (
        "topic", "channel", "language", "format", "quiet_from", "quiet_to", "accessibility",
    )  # fmt: skip
    return {name: getattr(need, name) for name in names} | {
        "contact_person": str(need.contact_person_id or "")
    }


def _asked(request: HttpRequest, pk: int) -> tuple[Actor, Customer, Party]:
    actor = signed_in(request)
    require(actor, "customers.update_information")
    require(actor, masking.PERMISSION)
    seen = Customer.objects.visible_to(actor).select_related("party")
    customer = get_object_or_404(seen, pk=pk)
    if customer.party is None:
        raise RuleBroken("nobody-behind", _("Say first who the customer is: change the record."))
    return actor, customer, customer.party


urlpatterns = [
    path("customers/<int:pk>/needs", needs, name="needs"),
    path("customers/<int:pk>/needs/<slug:topic>/forget", forget, name="forget_need"),
]
