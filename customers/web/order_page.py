"""One order on screen: what it still needs, options that change it, completion, who is served."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.web.page import redirect_to, render_page, wants_fragment
from crm.web.undo import say
from customers import consumers, masking
from customers.models import CompletionStep, Order
from customers.processes.check_order_information import Checklist, order_checklist
from customers.processes.complete_order import (
    choose_options,
    complete_order,
    record_item,
    record_step,
)
from customers.web.order_items import (
    address_of,
    choices_of,
    chosen_in,
    entry,
    items_of,
    name_of,
    word_of,
)

_MOST_NEWS = 50
ICONS: Final = {
    Order.State.COMPLETED: ("ok", "circle-check"),
    Order.State.CANCELLED: ("hold", "x"),
    Order.State.REJECTED: ("hold", "x"),
}


@login_required
@require_GET
def order_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One order: what it needs, what the customer still has to do, who has what they need."""
    return _shown(request, _order(request, public_id))


@login_required
@require_POST
def choose(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Other options: the list changes with them."""
    order = _order(request, public_id)
    actor = signed_in(request)
    for line in order.lines:
        said = chosen_in(request.POST, line["id"])
        if said:
            choose_options(order_id=order.pk, line_id=line["id"], options=said, actor=actor)
    if wants_fragment(request):
        return _shown(request, _order(request, public_id))
    return redirect_to(request, address_of(order))


@login_required
@require_POST
def answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """An item of the checklist, written down where it belongs."""
    order = _order(request, public_id)
    if order.customer_id is None:
        raise RuleBroken("no-customer", _("It is not known yet whose order this is."))
    record_item(
        customer_id=order.customer_id,
        item=request.POST.get("item", ""),
        value=request.POST.get("value", ""),
        valid_until=_day(request.POST.get("valid_until", "")),
        order_id=order.pk,
        actor=signed_in(request),
    )
    say(request, _("Kept."))
    if wants_fragment(request):
        return _shown(request, _order(request, public_id))
    return redirect_to(request, address_of(order))


@login_required
@require_POST
def step(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the customer did, or why it is not needed."""
    order = _order(request, public_id)
    record_step(
        order_id=order.pk,
        step=request.POST.get("step", ""),
        state=request.POST.get("state", ""),
        note=request.POST.get("note", ""),
        actor=signed_in(request),
    )
    if wants_fragment(request):
        return _shown(request, _order(request, public_id))
    return redirect_to(request, address_of(order))


@login_required
@require_POST
def complete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Complete it; what is still open is listed on the page."""
    order = _order(request, public_id)
    try:
        complete_order(order_id=order.pk, actor=signed_in(request))
    except RuleBroken as broken:
        if "open" not in broken.details:
            raise
        return _shown(request, order, refused=broken.details["open"], status=409)
    say(request, _("Order %(number)s is completed.") % {"number": order.external_id})
    return redirect_to(request, address_of(order))


def _order(request: HttpRequest, public_id: UUID) -> Order:
    actor = signed_in(request)
    require(actor, "customers.view_order")
    seen: QuerySet[Order] = Order.objects.visible_to(actor).select_related("customer__party")
    return get_object_or_404(seen, public_id=public_id)


def _shown(
    request: HttpRequest,
    order: Order,
    *,
    refused: Sequence[Mapping[str, str]] = (),
    status: int = 200,
) -> HttpResponse:
    """The page of an order, or the part that changes with what was done."""
    actor = signed_in(request)
    if order.customer_id:
        record_access(
            actor=actor, action="view", subject="customer", ids=[order.customer_id],
            purpose="service", detail="order",
        )  # fmt: skip
    writable = order.is_under_way and actor.has_perm("customers.complete_order")
    found, trouble = _checklist(order, actor)
    steps = _steps(order)
    left = len(found.open_items) if found else 0
    context = {
        "order": order,
        "customer": order.customer,
        "name": name_of(order.customer, actor) if order.customer else "",
        "tone": ICONS.get(Order.State(order.state), ("info", "progress"))[0],
        "tone_icon": ICONS.get(Order.State(order.state), ("info", "progress"))[1],
        "lines": _lines(order, found) if found else [],
        "items": items_of(found.items, order.customer, writable=writable) if found else [],
        "open_count": left,
        "version": found.version.number if found else None,
        "trouble": order.problem or trouble,
        "may_see": actor.has_perm("customers.update_information") and masking.sees_people(actor),
        "taken": order.numbers_taken.select_related("origin").order_by("pk"),
        "steps": steps,
        "steps_open": sum(one["state"] == "open" for one in steps),
        "writable": writable,
        "refused": refused,
        "matrix": _matrix(order),
        "news": order.news.order_by("-occurred_at", "-pk")[:_MOST_NEWS],
    }
    return render_page(
        request,
        "customers/orders/order.html",
        context,
        fragment={"order-body": "customers/orders/_order.html"},
        status=status,
    )


def _checklist(order: Order, actor: Actor) -> tuple[Checklist | None, str]:
    if not order.lines:
        return None, _("The order system has not said yet what is ordered.")
    try:
        return order_checklist(order, actor), ""
    except RuleBroken as why:
        return None, why.message


def _lines(order: Order, found: Checklist) -> list[dict[str, Any]]:
    shown = []
    for line in order.lines:
        offering = found.table.offerings.get(line["offering"])
        if offering is not None:
            shown.append(
                {
                    "name": offering.name,
                    "choices": choices_of(found.table, offering, line["options"], line["id"]),
                }
            )
    return shown


def _steps(order: Order) -> list[dict[str, Any]]:
    done = {one.step: one for one in order.steps.all()}
    return [
        {
            "key": one.value,
            "label": one.label,
            "state": done[one.value].state if one.value in done else "open",
            "held": done.get(one.value),
        }
        for one in CompletionStep.Step
    ]


def _matrix(order: Order) -> list[dict[str, Any]]:
    return [
        {
            "title": row.consumer.title,
            "ready": row.ready,
            "count": len(row.cells),
            "missing": [
                {
                    "title": cell.need.title,
                    "word": cell.standing.wrong or word_of(cell.standing),
                    "where": cell.need.where,
                    "url": entry(cell.enter, order.customer),
                }
                for cell in row.missing
            ],
        }
        for row in consumers.readiness(order)
    ]


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError as wrong:
        raise RuleBroken(
            "not-a-day", _("Write a day such as 2026-03-01."), field="valid_until", kind="invalid"
        ) from wrong


urlpatterns = [
    path("orders/<uuid:public_id>/", order_page, name="order"),
    path("orders/<uuid:public_id>/options", choose, name="order_options"),
    path("orders/<uuid:public_id>/item", answer, name="order_item"),
    path("orders/<uuid:public_id>/step", step, name="order_step"),
    path("orders/<uuid:public_id>/complete", complete, name="order_complete"),
]
