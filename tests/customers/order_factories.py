"""Orders, their news and a decision table for tests."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from crm.access import SYSTEM, Actor
from customers.models import CompletionStep, Customer, Order
from customers.ordering.baseline import BASELINE
from customers.processes.complete_order import Received, receive_order_news
from readiness.registry.resolve import forget_snapshot
from tests.readiness.factories import a_serving_version

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
_count = itertools.count(1)


def the_table() -> None:
    """The table as shipped, in general use."""
    a_serving_version("order.information_table", BASELINE)
    forget_snapshot()


def news(
    kind: str = "contract",
    *,
    number: str = "O-1",
    hours: int = 0,
    event_id: str = "",
    source: str = "shop",
    actor: Actor = SYSTEM,
    **said: Any,
) -> Received:
    return receive_order_news(
        kind=kind,
        source=source,
        event_id=event_id or f"e-{next(_count)}",
        occurred_at=START + timedelta(hours=hours),
        external_id=number,
        said=said,
        actor=actor,
    )


def a_line(offering: str = "fibre-900", **options: str) -> dict[str, Any]:
    return {"lines": [{"id": "1", "offering": offering, "options": options}]}


def an_order(customer: Customer | None = None, offering: str = "fibre-900", **fields: Any) -> Order:
    lines = [{"id": "1", "offering": offering, "options": fields.pop("options", {})}]
    return Order.objects.create(
        source="shop",
        customer=customer,
        **{"external_id": f"O-{next(_count)}", "lines": lines, "region": "GB", **fields},
    )


def all_steps_done(order: Order) -> None:
    CompletionStep.objects.bulk_create(
        CompletionStep(order=order, step=step, state="done", by="test")
        for step in CompletionStep.Step.values
    )
