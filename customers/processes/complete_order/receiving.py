"""Take in what an order system tells, once, and let the record follow in the same transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import OrderInformationUpdated
from crm.events.publish import publish
from customers.models import Customer, Identifier, Order, OrderNews, Party
from customers.ordering import fold
from customers.ordering.fold import Told
from customers.processes.complete_order.applying import apply
from customers.processes.complete_order.opening import (
    refresh_open_items,
    settle_lines,
    stamp_version,
)
from customers.processes.record_customer import record_customer, record_party

_SEPARATOR = "|"
_LOCK_SPACE = "order news"


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one piece of news; `known` says it was told before."""

    order: Order
    news: OrderNews
    known: bool


@transaction.atomic
def receive_order_news(
    *,
    kind: str,
    source: str,
    event_id: str,
    occurred_at: datetime,
    external_id: str,
    said: Mapping[str, Any],
    as_given: Mapping[str, Any] | None = None,
    actor: Actor,
) -> Received:
    """Bring the record where all news of its customer puts it; the same event changes nothing.

    News of somebody nobody knows yet is kept, and used as soon as other news says who it is.
    """
    require(actor, "customers.receive_order_event")
    reference = str(said.get("customer", {}).get("id") or "")
    _one_at_a_time(source, reference)
    order, _new = Order.objects.get_or_create(source=source, external_id=external_id)
    order = Order.objects.lock(order.pk)
    if told := OrderNews.objects.filter(source=source, event_id=event_id).first():
        return Received(_same(told, order, kind), told, known=True)
    news = OrderNews.objects.create(
        order=order,
        source=source,
        event_id=event_id,
        kind=kind,
        occurred_at=occurred_at,
        said=dict(said),
        as_given=dict(as_given or {}),
    )
    customer = _customer_of(order, source, reference, said, actor)
    if customer is None:
        order.problem = _("It is not known yet whose order this is.")
    else:
        with because(actor, "other-process", order=str(order.public_id)):
            _use(customer, order, _waiting(order, source, reference), actor)
        publish(
            OrderInformationUpdated(order_id=order.pk, customer_id=customer.pk, kind=kind),
            actor=actor,
        )
    _stand(order, actor)
    news.refresh_from_db(fields=["customer"])
    return Received(order, news, known=False)


def _one_at_a_time(source: str, reference: str) -> None:
    """News of one customer of one system takes turns: two at once must not record them twice."""
    if not reference:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"{_LOCK_SPACE}:{source}:{reference}"],
        )


def _same(told: OrderNews, order: Order, kind: str) -> Order:
    if told.order_id != order.pk or told.kind != kind:
        raise RuleBroken(
            "event-id-reused",
            _("This event id was used for something else. Nothing was changed."),
            field="eventId",
            kind="invalid",
        )
    return order


def _customer_of(
    order: Order, source: str, reference: str, said: Mapping[str, Any], actor: Actor
) -> Customer | None:
    known = _known_as(reference, source, actor) if reference else None
    if known and order.customer_id and known.pk != order.customer_id:
        raise RuleBroken(
            "order-of-another-customer",
            _("This order belongs to another customer. Nothing was changed."),
            field="relatedParty",
        )
    if known is None and order.customer_id:
        known = Customer.objects.get(pk=order.customer_id)
    if known is None and reference and said.get("customer", {}).get("fields"):
        known = _record(source, reference, said["customer"], actor)
    return Customer.objects.select_related("party").lock(known.pk) if known else None


def _known_as(reference: str, source: str, actor: Actor) -> Customer | None:
    """By our id of the customer or the party, by customer number, or by that system's own id."""
    seen = Customer.objects.visible_to(actor)
    ours = Q(number=reference)
    try:
        public_id = UUID(reference)
    except ValueError:
        pass
    else:
        ours |= Q(public_id=public_id) | Q(party__public_id=public_id)
    theirs = Identifier.objects.filter(
        kind=Identifier.Kind.EXTERNAL, issuer=source, value=reference, valid_to=None
    )
    return (
        seen.filter(ours).order_by("pk").first()
        or seen.filter(party__in=theirs.values("party")).live().order_by("pk").first()
    )


def _record(source: str, reference: str, customer: Mapping[str, Any], actor: Actor) -> Customer:
    """Somebody new, known by that system's id; what else is said follows with the rest."""
    organization = customer.get("kind") == Party.Kind.ORGANIZATION
    named = {
        name: value
        for name, value in customer["fields"].items()
        if name in {"given_name", "family_name", "trading_name", "name"}
    }
    party = record_party(
        kind=Party.Kind.ORGANIZATION if organization else Party.Kind.INDIVIDUAL,
        fields=named,
        identifiers=[
            {"kind": Identifier.Kind.EXTERNAL, "issuer": source[:80], "value": reference[:120]}
        ],
        source=source[:60],
        actor=actor,
    )
    return record_customer(
        name=party.name or reference,
        party_id=party.pk,
        type=Customer.Type.BUSINESS if organization else Customer.Type.CONSUMER,
        source=source[:60],
        actor=actor,
    )


def _waiting(order: Order, source: str, reference: str) -> QuerySet[OrderNews]:
    """News that nobody could be found for until now: of this order, or naming the same person."""
    theirs = Q(order=order)
    if reference:
        theirs |= Q(source=source, said__customer__id=reference)
    return OrderNews.objects.filter(theirs, customer=None)


def _use(customer: Customer, order: Order, waiting: QuerySet[OrderNews], actor: Actor) -> None:
    """Let the record follow from where the news so far put it to where all of it does."""
    used = OrderNews.objects.filter(customer=customer)
    before = fold.target(_told(one) for one in used)
    new = list(waiting.order_by("pk"))
    waiting.update(customer=customer)
    after = fold.target(_told(one) for one in used.all())
    apply(customer, before, after, order=order, actor=actor)
    order.customer = customer
    order.problem = (
        _("The relationship has ended. Take it up again before the order is completed.")
        if customer.status == Customer.Status.TERMINATED
        else ""
    )
    others = {one.order_id for one in new} - {order.pk}
    for other in Order.objects.filter(pk__in=others).order_by("pk").select_for_update():
        other.customer, other.problem = customer, order.problem
        _stand(other, actor)


def _told(news: OrderNews) -> Told:
    """News as the fold takes it; ids of things are those of their system."""
    said = dict(news.said)
    for name in ("agreements", "accounts", "products"):
        if name in said:
            said[name] = [
                {**one, "id": f"{news.source}{_SEPARATOR}{one['id']}"} for one in said[name]
            ]
    return Told(news.event_id, news.kind, news.occurred_at, said)


def _stand(order: Order, actor: Actor) -> None:
    """Put the order itself where its news puts it."""
    target = fold.order_target(_told(one) for one in order.news.all())
    order.lines, order.region = _kept_choices(order, target.lines), target.region or order.region
    order.ordered_at = target.ordered_at or min(
        at for at in (target.contract_at, target.service_at) if at
    )
    order.contract_at, order.service_at = target.contract_at, target.service_at
    if order.is_under_way or order.state in fold.CANCELLED or target.ended:
        order.state = _state(target)
    stamp_version(order)
    settle_lines(order)
    order.save()
    refresh_open_items(order)


def _kept_choices(order: Order, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Options that were chosen here stay chosen; news of the line adds to them."""
    chosen = {line["id"]: line.get("chosen", {}) for line in order.lines}
    return [
        {
            **line,
            "options": {**line["options"], **chosen.get(line["id"], {})},
            **({"chosen": chosen[line["id"]]} if chosen.get(line["id"]) else {}),
        }
        for line in lines
    ]


def _state(target: fold.OrderTarget) -> str:
    if target.ended:
        return target.ended
    final = [target.contract_at, target.service_at]
    if all(final):
        return Order.State.COMMITTED
    return Order.State.ACKNOWLEDGED if any(final) else Order.State.PENDING
