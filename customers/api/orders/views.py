"""Ask what an order needs, see how far it is, record what is settled, complete it."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.views import APIView

from crm.access import Actor, require
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.tmf.authentication import Scoped, purpose_of
from crm.tmf.conditional import require_revision
from crm.tmf.once import Answer, answered_once, as_json, as_read, caller
from customers import consumers
from customers.api.orders.shape import checklist_body, order_body, readiness_body
from customers.models import CompletionStep, Customer, Order
from customers.processes.check_order_information import check_order_information, order_checklist
from customers.processes.complete_order import complete_order, record_item, record_step

_STEPS = frozenset(CompletionStep.Step.values)
_WRITABLE = _STEPS | {"item", "state"}
_MOST_LINES = 50


class CheckView(APIView):
    """POST: what an order of these offerings and options needs, and what of it is held."""

    permission_classes = [Scoped]

    def post(self, request: Request) -> HttpResponse:
        asked = _object(request.data)
        actor = caller(request)
        customer = _customer(asked.get("customer"), actor)
        found = check_order_information(
            lines=_lines(asked),
            customer_id=customer.pk if customer else None,
            type=str(asked.get("customerType") or ""),
            region=str(asked.get("region") or ""),
            actor=actor,
        )
        if customer:
            _seen(request, actor, customer.pk, "order information")
        return as_json(200, checklist_body(found))


class OrderView(APIView):
    """GET: one order with its checklist; its ETag guards the completion."""

    permission_classes = [Scoped]

    def get(self, request: Request, order_id: str) -> HttpResponse:
        actor = caller(request)
        order = _order(order_id, actor)
        _seen(request, actor, order.customer_id, "order")
        body = order_body(order)
        try:
            body["information"] = checklist_body(order_checklist(order, actor))
        except RuleBroken as why:
            body["information"] = None
            body["problem"] = body["problem"] or why.message
        return as_read(request, body, order.revision)


class CompletionView(APIView):
    """PATCH: steps, answers and the state; a whole patch stands or nothing of it (If-Match)."""

    permission_classes = [Scoped]

    def patch(self, request: Request, order_id: str) -> HttpResponse:
        return answered_once(request, lambda: self._work(request, order_id))

    def _work(self, request: Request, order_id: str) -> Answer:
        asked, actor = _object(request.data), caller(request)
        if strange := sorted(asked.keys() - _WRITABLE):
            raise _wrong(strange[0], _("is not changed here"))
        order = _order(order_id, actor)
        # Held from here on: what the caller has seen stands until all of the patch does.
        require_revision(request.headers, Order.objects.lock(order.pk).revision)
        for name in sorted(asked.keys() & _STEPS):
            state, note = _step(asked[name], name)
            record_step(order_id=order.pk, step=name, state=state, note=note, actor=actor)
        items = asked.get("item") or []
        if not isinstance(items, list):
            raise _wrong("item", _("is a list of answers"))
        for item in items:
            _record(order, _object(item), actor)
        match asked.get("state"):
            case None:
                pass
            case "completed":
                complete_order(order_id=order.pk, actor=actor)
            case _other:
                raise _wrong("state", _("can only become “completed” here"))
        order = _order(order_id, actor)
        return Answer(200, order_body(order), order.revision)


class ReadinessView(APIView):
    """GET: which process has what it needs, and what the others miss."""

    permission_classes = [Scoped]

    def get(self, request: Request, order_id: str) -> HttpResponse:
        actor = caller(request)
        order = _order(order_id, actor)
        _seen(request, actor, order.customer_id, "information readiness")
        return as_read(request, readiness_body(order, consumers.readiness(order)))


def _lines(asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    given = asked.get("line")
    lines = given if isinstance(given, list) and given else [asked]
    if len(lines) > _MOST_LINES:
        raise _wrong("line", _("has too many entries"))
    return [_line(_object(line)) for line in lines]


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    offering = line.get("offering")
    if isinstance(offering, dict):
        offering = offering.get("id") or offering.get("name")
    options = line.get("options") or {}
    if isinstance(options, list):
        options = {str(one.get("name")): one.get("value") for one in map(_object, options)}
    return {"offering": str(offering or ""), "options": _object(options)}


def _customer(said: Any, actor: Actor) -> Customer | None:
    """By our id, or by customer number; somebody who is no customer yet is nobody."""
    if isinstance(said, dict):
        said = said.get("id") or said.get("number")
    if not said:
        return None
    require(actor, "customers.view_customer")
    seen = Customer.objects.visible_to(actor)
    public_id = _uuid(str(said))
    found = seen.filter(public_id=public_id) if public_id else seen.filter(number=str(said))
    customer = found.first()
    if customer is None:
        raise Http404
    return customer


def _order(order_id: str, actor: Actor) -> Order:
    """By our id, or by the caller's own number of it."""
    require(actor, "customers.view_order")
    seen: QuerySet[Order] = Order.objects.visible_to(actor).select_related("customer")
    public_id = _uuid(order_id)
    by_number = seen.filter(source=actor.name[:80], external_id=order_id)
    found = (seen.filter(public_id=public_id).first() if public_id else None) or by_number.first()
    if found is None:
        raise Http404
    return found


def _record(order: Order, item: Mapping[str, Any], actor: Actor) -> None:
    if order.customer_id is None:
        raise RuleBroken("no-customer", _("It is not known yet whose order this is."))
    record_item(
        customer_id=order.customer_id,
        item=str(item.get("id") or ""),
        value=str(item.get("value") or ""),
        valid_until=_day(item.get("validUntil")),
        order_id=order.pk,
        actor=actor,
    )


def _step(said: Any, name: str) -> tuple[str, str]:
    if isinstance(said, str):
        return said, ""
    given = _object(said, name)
    return str(given.get("state") or ""), str(given.get("note") or "")


def _day(said: Any) -> date | None:
    if not said:
        return None
    try:
        return date.fromisoformat(str(said)[:10])
    except ValueError as wrong:
        raise _wrong("item.validUntil", _("is a day such as 2026-03-01")) from wrong


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _object(said: Any, where: str = "body") -> Mapping[str, Any]:
    if not isinstance(said, dict):
        raise _wrong(where, _("is an object"))
    return said


def _wrong(where: str, what: str) -> RuleBroken:
    return RuleBroken("invalid", f"{where} {what}.", field=where, kind="input")


def _seen(request: Request, actor: Actor, customer_id: int | None, detail: str) -> None:
    if customer_id is not None:
        record_access(
            actor=actor,
            action="api-read",
            subject="customer",
            ids=[customer_id],
            purpose=purpose_of(request.headers.get("X-Purpose", "")),
            detail=detail,
        )
