"""The page of rows behind a figure."""

from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.access import require, signed_in
from crm.audit.record import record_access
from crm.web.page import render_page
from interactions.models import Interaction
from interactions.processes.report_interaction import periods
from interactions.web import performance_rows, wording
from interactions.web.people import shown_name
from interactions.web.performance import scope_name, span_name, wish


@login_required
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The interactions a figure counted, page by page."""
    actor = signed_in(request)
    require(actor, "interactions.report_interaction")
    kind = request.GET.get("show", "due")
    kind = kind if kind in performance_rows.KINDS else "due"
    asked, now = wish(request.GET), timezone.now()
    nobodys = request.GET.get("team") == performance_rows.NO_TEAM
    if nobodys:
        asked = replace(asked, scope={**asked.scope, "team": None})
    span = periods(asked.period, asked.around, now)[-1]
    found = performance_rows.rows(kind, asked.scope, span.start, span.end, now)
    found = found & Interaction.objects.visible_to(actor)
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 18:  # noqa: PLR2004  # bigint
        found = found.filter(pk__lt=int(after))
    some = list(
        found.select_related("customer").prefetch_related("clocks")[: performance_rows.PAGE + 1]
    )
    shown = some[: performance_rows.PAGE]
    people = [one.customer_id for one in shown if one.customer_id]
    record_access(actor=actor, action="view", subject="customer", ids=people, purpose="report")
    context = {
        "kind": performance_rows.KINDS[kind],
        # What is open is open now, whatever the period.
        "span": "" if kind == "open" else span_name(asked.period, span.start),
        "scope": ", ".join(
            filter(None, [_("Without a team") if nobodys else "", scope_name(asked)])
        ),
        "rows": [
            {
                "one": one,
                "name": shown_name(one.customer, actor),
                "icon": wording.channel_icon(one.channel),
                "channel": wording.channel(one.channel),
                "result": performance_rows.result(one),
            }
            for one in shown
        ],
        "older": str(shown[-1].pk) if len(some) > performance_rows.PAGE else "",
        "heads": [
            {"label": _("Opened"), "class": "w-s"},
            {"label": _("Customer"), "class": "w-cust"},
            {"label": _("Subject")},
            {"label": _("State"), "class": "w-state"},
            {"label": _("Promises"), "class": "w-cust"},
        ],
    }
    return render_page(request, "interactions/performance_rows.html", context)
