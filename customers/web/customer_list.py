"""The list of customers: filters in the address, pages by key, counts that never block."""

from typing import Any

import django_filters
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from crm.access import Actor, require, signed_in
from crm.accounts.models import Team
from crm.audit.record import record_access
from crm.web.page import render_page
from customers import masking
from customers.models import Customer
from customers.reads import find_customers

_PAGE = 50
_COUNTED = 1001
_SEARCHED = 200


class CustomerFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """What can narrow the list; every choice stands in the address."""

    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=Customer.Status, empty_label=_("Any status")
    )
    type = django_filters.ChoiceFilter(
        label=_("Type"), choices=Customer.Type, empty_label=_("Any type")
    )
    care_team = django_filters.ModelChoiceFilter(
        label=_("Team"), queryset=Team.objects.all(), empty_label=_("Any team")
    )

    class Meta:
        model = Customer
        fields = ("status", "type", "care_team")


@login_required
@require_GET
def customers(request: HttpRequest) -> HttpResponse:
    """A page of customers, newest first, or those a text finds."""
    actor = signed_in(request)
    require(actor, "customers.view_customer")
    chosen = CustomerFilter(request.GET, queryset=_seen(request, actor))
    shown, older = _page(chosen.qs, request.GET.get("before", ""))
    _record(actor, shown)
    clear = masking.sees_people(actor)
    context = {
        "form": chosen.form,
        "text": request.GET.get("q", ""),
        "rows": [(one, _shown_name(one, clear=clear)) for one in shown],
        "older": older,
        "deeper": bool(request.GET.get("before")),
        "count": chosen.qs.order_by()[:_COUNTED].count(),
        "filtered": any(value for key, value in request.GET.items() if key != "before"),
        "may_record": actor.has_perm("customers.record_customer"),
        "may_import": actor.has_perm("customers.import_customers"),
        "heads": [
            {"label": _("Customer"), "class": "w-cust"},
            {"label": _("Number")},
            {"label": _("Type")},
            {"label": _("Status")},
            {"label": _("Team")},
            {"label": _("Recorded")},
        ],
    }
    return render_page(request, "customers/list.html", context)


def _seen(request: HttpRequest, actor: Actor) -> QuerySet[Customer]:
    seen = Customer.objects.visible_to(actor).select_related("care_team")
    if text := request.GET.get("q", "").strip():
        found = find_customers(actor, text, _SEARCHED)
        seen = seen.filter(pk__in=[one.customer_id for one in found])
    return seen


def _page(asked: QuerySet[Customer], before: str) -> tuple[list[Customer], int | None]:
    if before.isdecimal() and len(before) < 19:  # noqa: PLR2004  # digits of a bigint
        asked = asked.filter(pk__lt=int(before))
    rows = list(asked.order_by("-pk")[: _PAGE + 1])
    return rows[:_PAGE], rows[_PAGE - 1].pk if len(rows) > _PAGE else None


def _record(actor: Actor, shown: list[Customer]) -> None:
    if shown:
        record_access(
            actor=actor,
            action="view",
            subject="customer",
            ids=[one.pk for one in shown],
            purpose="service",
            detail="list",
        )


def _shown_name(customer: Customer, *, clear: bool) -> Any:
    return customer.name if clear else masking.name(customer.name, customer.number)
