"""Orders on screen: all of them, and those of one customer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.web.page import render_page, render_panel
from customers.models import Customer, Order
from customers.web.order_items import address_of, name_of
from customers.web.order_page import ICONS

_PAGE, _IN_PANEL = 50, 8
_TABS = {
    "open": (gettext_lazy("Under way"), Order.UNDER_WAY),
    "completed": (gettext_lazy("Completed"), (Order.State.COMPLETED,)),
    "off": (gettext_lazy("Called off"), (Order.State.CANCELLED, Order.State.REJECTED)),
}


@login_required
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """Orders, the newest first: those under way, completed or called off."""
    actor = signed_in(request)
    require(actor, "customers.view_order")
    tab = request.GET.get("tab", "open")
    tab = tab if tab in _TABS else "open"
    seen = Order.objects.visible_to(actor).filter(state__in=_TABS[tab][1])
    before = request.GET.get("before", "")
    found = list(_older_than(seen, before).select_related("customer")[: _PAGE + 1])
    shown = found[:_PAGE]
    whose = [one.customer_id for one in shown if one.customer_id]
    if whose:
        record_access(actor=actor, action="view", subject="customer", ids=whose, purpose="service")
    context = {
        "rows": _rows(shown, actor),
        "older": _mark(shown[-1]) if len(found) > _PAGE else None,
        "deeper": bool(before),
        "tab": tab,
        "tabs": [
            {"url": f"?tab={key}", "label": label, "on": key == tab, "count": None}
            for key, (label, _states) in _TABS.items()
        ],
        "heads": [
            {"label": _("Order")},
            {"label": _("Customer")},
            {"label": _("What")},
            {"label": _("State")},
            {"label": _("Open items")},
            {"label": _("Ordered")},
        ],
    }
    return render_page(request, "customers/orders/list.html", context)


@login_required
@require_GET
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The orders of one customer, on the customer's page."""
    actor = signed_in(request)
    require(actor, "customers.view_order")
    customer = get_object_or_404(Customer.objects.visible_to(actor), pk=pk)
    mine = Order.objects.visible_to(actor).filter(customer=customer).select_related("customer")
    shown = list(mine.order_by("-ordered_at", "-pk")[:_IN_PANEL])
    context = {"customer": customer, "rows": _rows(shown, actor)}
    return render_panel(request, "customers/orders/_panel.html", context, title=_("Orders"))


def _mark(order: Order) -> str:
    """Where a page ends: moments repeat, the number beside one does not."""
    return f"{order.pk}-{order.ordered_at.isoformat()}"


def _older_than(seen: QuerySet[Order], mark: str) -> QuerySet[Order]:
    pk, _dash, written = mark.partition("-")
    at = _moment(written)
    if at is not None and pk.isdecimal() and len(pk) < 19:  # noqa: PLR2004  # digits of a bigint
        seen = seen.filter(Q(ordered_at__lt=at) | Q(ordered_at=at, pk__lt=int(pk)))
    return seen.order_by("-ordered_at", "-pk")


def _moment(written: str) -> datetime | None:
    try:
        found = parse_datetime(written)
    except ValueError:
        return None
    return found if found is None or found.tzinfo else None


def _rows(shown: Sequence[Order], actor: Actor) -> list[dict[str, Any]]:
    return [
        {
            "order": one,
            "url": address_of(one),
            "name": name_of(one.customer, actor) if one.customer else "",
            "what": ", ".join(line.get("name") or line["offering"] for line in one.lines),
            "tone": ICONS.get(Order.State(one.state), ("info", ""))[0],
            "icon": ICONS.get(Order.State(one.state), ("info", ""))[1],
        }
        for one in shown
    ]


urlpatterns = [
    path("orders/", orders, name="orders"),
    path("customers/<int:pk>/orders", panel, name="orders_panel"),
]
