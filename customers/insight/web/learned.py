"""Learned in this contact: facts proposed, accepted and rejected beside the conversation."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.access import signed_in
from crm.web.errors import beside
from crm.web.page import render_panel
from customers.insight import keys, wording
from customers.insight.models import Fact
from customers.insight.processes.gather_information import propose_fact
from customers.insight.web.forms import FactForm
from customers.insight.web.profile import customer_in_sight


@login_required
@require_http_methods(["GET", "POST"])
def learned(request: HttpRequest, pk: int, contact: UUID) -> HttpResponse:
    """The facts of one contact, and a line to add one."""
    actor = signed_in(request)
    customer_in_sight(actor, pk, "insight.view_fact")
    if request.method == "GET":
        return learned_fragment(request, pk, contact)
    form = FactForm(request.POST)
    if form.is_valid():
        with beside(form):
            propose_fact(
                customer_id=pk,
                key=form.cleaned_data["key"],
                value=form.cleaned_data["value"],
                source_key="contact",
                interaction=contact,
                actor=actor,
            )
    return learned_fragment(request, pk, contact, form if form.errors else None)


def learned_fragment(
    request: HttpRequest, pk: int, contact: UUID, form: FactForm | None = None
) -> HttpResponse:
    """The fragment as it stands now; also what a decision answers with."""
    actor = signed_in(request)
    told = Fact.objects.filter(customer=pk, interaction=contact).select_related("source")
    context = {
        "customer_id": pk,
        "contact": contact,
        "form": form or FactForm(),
        "open_form": form is not None,
        "rows": [
            {
                "fact": fact,
                "title": keys.named(fact.key).title,
                "value": wording.value(fact.value),
                "open": fact.state == Fact.State.PROPOSED,
                "held": fact.state in {Fact.State.ACCEPTED, Fact.State.VERIFIED},
            }
            for fact in told.order_by("pk")
        ],
        "may_decide": actor.has_perm("insight.decide_fact"),
        "may_propose": actor.has_perm("insight.gather_information"),
    }
    template = "customers/insight/_learned.html"
    response = render_panel(request, template, context, title=_("Learned in this contact"))
    if form is not None:
        response.status_code = 422
    return response
