"""What a customer allowed and refused, and a form to record the next answer."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crm.access import signed_in
from crm.errors import RuleBroken
from crm.web.errors import beside
from crm.web.page import render_panel
from crm.web.undo import say
from customers.insight.web.forms import CHANNELS, ConsentForm, Spoken
from customers.insight.web.profile import customer_in_sight
from customers.models import Consent, ConsentPurpose, Customer
from customers.processes.manage_consent import record_consent

# Where an answer came from; another source is shown by its own name.
_SOURCES = Spoken(
    {
        "contact": gettext_lazy("said in a contact"),
        "back-office": gettext_lazy("recorded in the office"),
        "import": gettext_lazy("from a file"),
        "portal": gettext_lazy("in the portal"),
    }
)


@login_required
@require_http_methods(["GET", "POST"])
def consents(request: HttpRequest, pk: int) -> HttpResponse:
    """The answers in force by purpose; posting records one more."""
    actor = signed_in(request)
    customer = customer_in_sight(actor, pk, "customers.view_customer")
    form = ConsentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with beside(form):
            record_consent(
                party_id=_party(customer),
                purpose_key=form.cleaned_data["purpose"],
                channel=form.cleaned_data["channel"],
                given=form.cleaned_data["given"] == "yes",
                source=_source(request),
                wording=form.cleaned_data["wording"],
                interaction=_contact(request),
                customer_id=customer.pk,
                actor=actor,
            )
        if not form.errors:
            say(request, _("The answer is kept and holds from now on."))
    refused = bool(form.errors)
    context = {
        "customer": customer,
        "lines": _lines(customer),
        "form": form if refused else ConsentForm(initial={"channel": "any"}),
        "open_form": refused,
        "may_record": actor.has_perm("customers.record_consent") and customer.party_id,
        "channels": CHANNELS,
        "sources": _SOURCES,
        "contact": request.POST.get("contact") or request.GET.get("contact", ""),
    }
    template = "customers/insight/_consents.html"
    response = render_panel(request, template, context, title=_("Consents"))
    if refused:
        response.status_code = 422
    return response


def _party(customer: Customer) -> int:
    if customer.party_id is None:
        raise RuleBroken(
            "nobody-to-ask",
            _("No person is recorded for this customer. Record who they are first."),
        )
    return customer.party_id


def _contact(request: HttpRequest) -> UUID | None:
    """The contact this was said in, when the panel stands on an interaction's page."""
    try:
        return UUID(request.POST.get("contact", ""))
    except ValueError:
        return None


def _source(request: HttpRequest) -> str:
    return "contact" if _contact(request) else "back-office"


def _lines(customer: Customer) -> list[dict[str, Any]]:
    answers: dict[int, list[Consent]] = {}
    said = Consent.objects.in_force().filter(party=customer.party_id).select_related("purpose")
    for answer in said.order_by("channel"):
        answers.setdefault(answer.purpose_id, []).append(answer)
    # What was answered first, then what has to be asked, then what holds by itself.
    by_need = sorted(
        ConsentPurpose.objects.all(),
        key=lambda purpose: (purpose.pk not in answers, purpose.allowed_by_default, purpose.key),
    )
    return [{"purpose": purpose, "answers": answers.get(purpose.pk, [])} for purpose in by_need]
