"""Report subscriptions on screen: what a customer wants, what was made, who got it."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.web.errors import beside
from crm.web.page import redirect_to, render_page, render_panel
from crm.web.undo import say
from customers import masking
from customers.models import Customer, Report, ReportNeed
from customers.processes.report_to_customer import download, end_report_need, keep_report_need
from customers.reporting import kinds

_HISTORY = 24
_TONES = {
    Report.State.DELIVERED: ("ok", "circle-check"),
    Report.State.READY: ("info", "send"),
    Report.State.FAILED: ("bad", "alert-octagon"),
    Report.State.DUE: ("", "clock"),
}


class NeedForm(forms.Form):
    """What the customer wants reported."""

    kind = forms.ChoiceField(label=_("Report"))
    period = forms.ChoiceField(label=_("How often"), choices=ReportNeed.Period)
    format = forms.ChoiceField(label=_("Format"), choices=ReportNeed.Format)
    recipients = forms.CharField(
        label=_("Send it to"),
        max_length=2000,
        help_text=_("E-mail addresses, with commas."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label=_("Report"), choices=[(one.key, one.title) for one in kinds.registered()]
        )


@login_required
@require_http_methods(["GET", "POST"])
def reports(request: HttpRequest, pk: int) -> HttpResponse:
    """The subscriptions of one customer, with a form for another."""
    actor = signed_in(request)
    customer = _customer(actor, pk)
    may_keep = actor.has_perm("customers.keep_report_needs") and masking.sees_people(actor)
    form = NeedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with beside(form):
            keep_report_need(
                customer_id=pk,
                kind=form.cleaned_data["kind"],
                period=form.cleaned_data["period"],
                format=form.cleaned_data["format"],
                recipients=form.cleaned_data["recipients"].replace(";", ",").split(","),
                actor=actor,
            )
        if not form.errors:
            say(request, _now("Subscribed. The first report covers the period that runs now."))
            return redirect_to(request, reverse("customers:reports", args=[pk]))
    record_access(
        actor=actor, action="view", subject="customer", ids=[pk], purpose="service",
        detail="reports",
    )  # fmt: skip
    context = {
        "customer": customer,
        "name": _name(customer, actor),
        "form": form,
        "needs": _needs(customer, actor),
        "may_keep": may_keep,
        "may_download": actor.has_perm("customers.download_report"),
        "clear": masking.sees_people(actor),
    }
    status = 422 if form.errors else 200
    return render_page(request, "customers/reports/reports.html", context, status=status)


@login_required
@require_POST
def end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End a subscription; what was made stays."""
    actor = signed_in(request)
    need = get_object_or_404(ReportNeed.objects.visible_to(actor), public_id=public_id)
    end_report_need(need_id=need.pk, actor=actor)
    say(request, _now("Ended. What was made stays."))
    return redirect_to(request, reverse("customers:reports", args=[need.customer_id]))


@login_required
@require_GET
def take(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The file of a report; that it was taken is on record."""
    report = download(report_id=public_id, purpose="service", actor=signed_in(request))
    return HttpResponse(
        bytes(report.content),
        content_type=report.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{report.file_name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


@login_required
@require_GET
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The subscriptions, on the customer's page."""
    actor = signed_in(request)
    customer = _customer(actor, pk)
    context = {"customer": customer, "needs": _needs(customer, actor)}
    return render_panel(request, "customers/reports/_panel.html", context, title=_now("Reports"))


def _customer(actor: Actor, pk: int) -> Customer:
    require(actor, "customers.view_reportneed")
    return get_object_or_404(Customer.objects.visible_to(actor), pk=pk)


def _needs(customer: Customer, actor: Actor) -> list[dict[str, Any]]:
    found = ReportNeed.objects.visible_to(actor).filter(customer=customer, ended_at=None)
    listed = found.prefetch_related(
        Prefetch("reports", Report.objects.defer("content")), "reports__deliveries"
    ).order_by("pk")
    return [
        {
            "need": need,
            "title": _titled(need),
            "history": [_history(one) for one in _newest(need)],
        }
        for need in listed
    ]


def _newest(need: ReportNeed) -> list[Report]:
    return sorted(need.reports.all(), key=lambda one: one.since, reverse=True)[:_HISTORY]


def _titled(need: ReportNeed) -> str:
    try:
        return str(kinds.named(need.kind).title)
    except KeyError:
        return need.kind


def _history(report: Report) -> dict[str, Any]:
    tone, icon = _TONES[Report.State(report.state)]
    return {"report": report, "tone": tone, "icon": icon, "deliveries": report.deliveries.all()}


def _name(customer: Customer, actor: Actor) -> str:
    if masking.sees_people(actor):
        return customer.name
    return masking.name(customer.name, customer.number)


urlpatterns = [
    path("customers/<int:pk>/reports", reports, name="reports"),
    path("customers/<int:pk>/reports/panel", panel, name="reports_panel"),
    path("report-needs/<uuid:public_id>/end", end, name="end_report_need"),
    path("reports/<uuid:public_id>/file", take, name="report_file"),
]
