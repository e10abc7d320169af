"""Orders on screen: what each still needs, options that change it, completion, who is served."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.web.page import redirect_to, render_page, render_panel, wants_fragment
from crm.web.undo import say
from customers import consumers, information, masking
from customers.models import CompletionStep, Customer, Order
from customers.ordering import table as tables
from customers.ordering.table import Offering, Table
from customers.processes.check_order_information import (
    Checked,
    Checklist,
    check_order_information,
    order_checklist,
    serving,
)
from customers.processes.complete_order import (
    choose_options,
    complete_order,
    record_item,
    record_step,
)

_PAGE, _IN_PANEL = 50, 8
_TABS = {
    "open": (gettext_lazy("Under way"), Order.UNDER_WAY),
    "completed": (gettext_lazy("Completed"), (Order.State.COMPLETED,)),
    "off": (gettext_lazy("Called off"), (Order.State.CANCELLED, Order.State.REJECTED)),
}
_LOOKS = {
    "have": ("circle-check", "t-ok", gettext_lazy("There")),
    "missing": ("circle-dashed", "t-bad", gettext_lazy("Missing")),
    "stale": ("clock-exclamation", "t-warn", gettext_lazy("Too old")),
    "invalid": ("alert-octagon", "t-bad", gettext_lazy("Not usable")),
}
_WORDS = {"yes": gettext_lazy("Yes"), "no": gettext_lazy("No"), "none": gettext_lazy("None")}
_ICONS = {
    Order.State.COMPLETED: ("ok", "circle-check"),
    Order.State.CANCELLED: ("hold", "x"),
    Order.State.REJECTED: ("hold", "x"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist as it is shown."""

    key: str
    name: str
    icon: str
    tone: str
    word: str
    about: str
    where: str
    because: str
    mandatory: bool
    is_open: bool
    here: bool
    url: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a line with its values, as radio buttons."""

    name: str
    title: str
    values: list[tuple[str, str, bool]]


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
    if before.isdecimal() and len(before) < 19:  # noqa: PLR2004  # digits of a bigint
        seen = seen.filter(pk__lt=int(before))
    found = list(seen.select_related("customer").order_by("-pk")[: _PAGE + 1])
    shown = found[:_PAGE]
    whose = [one.customer_id for one in shown if one.customer_id]
    if whose:
        record_access(actor=actor, action="view", subject="customer", ids=whose, purpose="service")
    context = {
        "rows": _rows(shown, actor),
        "older": shown[-1].pk if len(found) > _PAGE else None,
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
        said = _said(request.POST, line["id"])
        if said:
            choose_options(order_id=order.pk, line_id=line["id"], options=said, actor=actor)
    if wants_fragment(request):
        return _shown(request, _order(request, public_id))
    return redirect_to(request, _address(order))


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
    return redirect_to(request, _address(order))


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
    return redirect_to(request, _address(order))


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
    return redirect_to(request, _address(order))


@login_required
@require_GET
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What an order of this customer would need, before there is one."""
    actor = signed_in(request)
    customer = get_object_or_404(Customer.objects.visible_to(actor).select_related("party"), pk=pk)
    record_access(
        actor=actor, action="view", subject="customer", ids=[pk], purpose="service",
        detail="order information",
    )  # fmt: skip
    table = tables.read(serving().config)
    offering = table.offerings.get(request.GET.get("offering", "")) or next(
        iter(table.offerings.values())
    )
    chosen = table.options_in(offering, _said(request.GET, "1"))
    found = check_order_information(
        lines=[{"offering": offering.key, "options": chosen}], customer_id=pk, actor=actor
    )
    context = {
        "customer": customer,
        "name": _name(customer, actor),
        "offerings": [(one.key, one.name, one is offering) for one in table.offerings.values()],
        "choices": _choices(table, offering, chosen, "1"),
        "items": _items(found.items, customer, writable=False),
        "open_count": len(found.open_items),
        "version": found.version.number,
    }
    return render_page(
        request,
        "customers/orders/check.html",
        context,
        fragment={"asked": "customers/orders/_asked.html"},
    )


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
        "name": _name(order.customer, actor) if order.customer else "",
        "tone": _ICONS.get(Order.State(order.state), ("info", "progress"))[0],
        "tone_icon": _ICONS.get(Order.State(order.state), ("info", "progress"))[1],
        "lines": _lines(order, found) if found else [],
        "items": _items(found.items, order.customer, writable=writable) if found else [],
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
        "news": order.news.order_by("-occurred_at", "-pk")[:_PAGE],
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


def _items(found: Sequence[Checked], customer: Customer | None, *, writable: bool) -> list[Item]:
    """What is open first, then what is good to have, then what is there."""
    ordered = sorted(
        found,
        key=lambda one: (
            not one.is_open,
            one.standing.status == "have",
            not one.needed.mandatory,
        ),
    )
    return [_item(one, customer, writable=writable) for one in ordered]


def _item(one: Checked, customer: Customer | None, *, writable: bool) -> Item:
    icon, tone, word = _LOOKS[one.standing.status]
    if one.standing.status == "missing" and not one.needed.mandatory:
        tone = "muted"
    return Item(
        key=one.needed.item.key,
        name=one.needed.item.name,
        icon=icon,
        tone=tone,
        word=str(word),
        about=_about(one),
        where=one.needed.item.where if one.standing.status != "have" else "",
        because="; ".join(one.needed.because) if one.is_open else "",
        mandatory=one.needed.mandatory,
        is_open=one.is_open,
        here=writable and one.enter == information.HERE,
        url=_entry(one.enter, customer) if one.standing.status != "have" else "",
    )


def _about(one: Checked) -> str:
    """How old it is and may be, and what is wrong with it."""
    days, most = one.standing.days, one.needed.max_age_days
    if one.standing.wrong:
        return one.standing.wrong
    if one.standing.status == "stale" and days is None and most is not None:
        return _("No date is known; it may be %(most)s old") % {"most": _span(most)}
    if most is not None and days is not None:
        return _("%(days)d days old, may be %(most)d") % {"days": days, "most": most}
    return ""


def _span(days: int) -> str:
    years, rest = divmod(days, 365)
    if years and not rest:
        return ngettext("%(years)d year", "%(years)d years", years) % {"years": years}
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def _entry(enter: str, customer: Customer | None) -> str:
    if customer is None or not enter or enter == information.HERE:
        return ""
    return reverse(enter, args=[customer.pk])


def _lines(order: Order, found: Checklist) -> list[dict[str, Any]]:
    shown = []
    for line in order.lines:
        offering = found.table.offerings.get(line["offering"])
        if offering is not None:
            shown.append(
                {
                    "name": offering.name,
                    "choices": _choices(found.table, offering, line["options"], line["id"]),
                }
            )
    return shown


def _choices(
    table: Table, offering: Offering, chosen: Mapping[str, str], line: str
) -> list[Choice]:
    return [
        Choice(
            name=f"o:{line}:{key}",
            title=table.options[key].name,
            values=[
                (value, str(_WORDS.get(value, value)), value == now)
                for value in table.options[key].values
            ],
        )
        for key in offering.options
        for now in [chosen.get(key, table.options[key].values[0])]
    ]


def _said(posted: Mapping[str, Any], line: str) -> dict[str, str]:
    prefix = f"o:{line}:"
    return {
        name.removeprefix(prefix): str(posted[name]) for name in posted if name.startswith(prefix)
    }


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
                    "word": cell.standing.wrong or _LOOKS[cell.standing.status][2],
                    "where": cell.need.where,
                    "url": _entry(cell.enter, order.customer),
                }
                for cell in row.missing
            ],
        }
        for row in consumers.readiness(order)
    ]


def _rows(shown: Sequence[Order], actor: Actor) -> list[dict[str, Any]]:
    return [
        {
            "order": one,
            "url": _address(one),
            "name": _name(one.customer, actor) if one.customer else "",
            "what": ", ".join(line.get("name") or line["offering"] for line in one.lines),
            "tone": _ICONS.get(Order.State(one.state), ("info", ""))[0],
            "icon": _ICONS.get(Order.State(one.state), ("info", ""))[1],
        }
        for one in shown
    ]


def _name(customer: Customer, actor: Actor) -> str:
    if masking.sees_people(actor):
        return customer.name
    return masking.name(customer.name, customer.number)


def _address(order: Order) -> str:
    return reverse("customers:order", args=[order.public_id])


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError as wrong:
        raise RuleBroken(
            "not-a-day", _("Write a day such as 2026-03-01."), field="valid_until", kind="invalid"
        ) from wrong


urlpatterns = [
    path("orders/", orders, name="orders"),
    path("orders/<uuid:public_id>/", order_page, name="order"),
    path("orders/<uuid:public_id>/options", choose, name="order_options"),
    path("orders/<uuid:public_id>/item", answer, name="order_item"),
    path("orders/<uuid:public_id>/step", step, name="order_step"),
    path("orders/<uuid:public_id>/complete", complete, name="order_complete"),
    path("customers/<int:pk>/order-information", check, name="order_information"),
    path("customers/<int:pk>/orders", panel, name="orders_panel"),
]
