"""The page of a call: who may be calling, what is open for them, and the wrap-up at its end."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.web.errors import beside
from crm.web.page import etagged, redirect_to, render_page
from crm.web.undo import say
from customers import masking
from customers.models import Customer
from interactions.models import Call
from interactions.processes.receive_message import codes, who_may_be_calling, wrap_up
from interactions.web import callers, log, wording
from interactions.web.forms import reasons


class WrapUpForm(forms.Form):
    """What the call came to, in one choice and a sentence."""

    code = forms.ChoiceField(label=gettext_lazy("How it ended"))
    note = forms.CharField(
        label=gettext_lazy("What was agreed"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), required=False)
    who = forms.CharField(
        label=gettext_lazy("Somebody else"),
        max_length=120,
        required=False,
        widget=forms.TextInput(
            attrs={
                "placeholder": gettext_lazy("Number, name or id"),
                "autocomplete": "off",
                "translate": "no",
            }
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["code"]
        field.choices = [("", "—"), *((code, wording.outcome(code)) for code in codes())]
        field = self.fields["reason"]
        field.choices = reasons()


@login_required
@require_GET
def call(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who rings, by the number as it is today."""
    actor = signed_in(request)
    one = _mine(public_id, actor)
    return etagged(request, _shown(request, one, WrapUpForm(), actor))


@login_required
@require_POST
def wrap(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Log the call with its code; the customer or matter is the one that was chosen."""
    actor = signed_in(request)
    one = _mine(public_id, actor)
    form = WrapUpForm(request.POST)
    if form.is_valid():
        with beside(form):
            logged = wrap_up(
                call_id=one.pk,
                code=form.cleaned_data["code"],
                note=form.cleaned_data["note"],
                reason_key=form.cleaned_data["reason"],
                done=request.POST.get("then") == "close",
                actor=actor,
                **_chosen(request.POST.get("choice", ""), form.cleaned_data["who"], one, actor),
            )
            say(request, _("Logged as %(reference)s.") % {"reference": logged.reference})
            return redirect_to(request, reverse("interactions:page", args=[logged.public_id]))
    return _shown(request, one, form, actor, status=422)


def _mine(public_id: UUID, actor: Actor) -> Call:
    require(actor, "interactions.log_interaction")
    return Call.objects.select_related("interaction").get(public_id=public_id, agent=actor.pk)


def _chosen(choice: str, who: str, one: Call, actor: Actor) -> dict[str, int]:
    """Whose call it was: as chosen, as named, or nobody we know where that is said."""
    found = {f"{kind}_id": _number_of(kind, choice) for kind in ("customer", "interaction")}
    chosen = {name: pk for name, pk in found.items() if pk is not None}
    # Who is named is not whose number it is: what was chosen beforehand gives way to it.
    if who.strip() and not (chosen and _offered(choice, callers.find(who, actor))):
        whose = log.chosen("", who, actor)
        return {"customer_id": whose.customer_id} if whose.customer_id else {}
    if not chosen and choice != "none" and who_may_be_calling(one):
        raise RuleBroken("who-is-meant", _("Say whose call it was."), field="who", kind="invalid")
    return chosen


def _number_of(kind: str, choice: str) -> int | None:
    """The key in a choice of that kind, such as "customer:12"."""
    said, _colon, number = choice.partition(":")
    return int(number) if said == kind and number.isdecimal() else None


def _offered(choice: str, found: list[callers.Caller]) -> bool:
    return any(
        choice == f"customer:{one.customer.pk}"
        or choice in {f"interaction:{matter.pk}" for matter in one.matters}
        for one in found
    )


def _shown(
    request: HttpRequest, one: Call, form: WrapUpForm, actor: Actor, status: int = 200
) -> HttpResponse:
    named = [found.customer.pk for found in callers.find(str(form["who"].value() or ""), actor)]
    wanted = named or who_may_be_calling(one)
    choice = request.POST.get("choice", "")
    customers = list(Customer.objects.visible_to(actor).filter(pk__in=wanted))
    if customers:
        record_access(
            actor=actor,
            action="view",
            subject="customer",
            ids=[customer.pk for customer in customers],
            purpose="caller",
            detail=f"call {one.public_id}",
        )
    clear = masking.sees_people(actor)
    context = {
        "call": one,
        "number": one.number if clear else masking.contact_point("phone", one.number),
        "callers": callers.with_matters(customers, actor),
        "form": form,
        "chosen": choice,
        "chosen_customer": _number_of("customer", choice),
        "chosen_matter": _number_of("interaction", choice),
        "may_close": actor.has_perm("interactions.close_interaction"),
        "ended": one.state in {Call.State.ENDED, Call.State.MISSED},
    }
    return render_page(request, "interactions/call.html", context, status=status)


urlpatterns = [
    path("calls/<uuid:public_id>", call, name="call"),
    path("calls/<uuid:public_id>/wrap-up", wrap, name="wrap_up"),
]
