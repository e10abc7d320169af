"""Invented orders in every state, with what is known for them, and some report subscriptions."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from crm.generation import (
    Report,
    Wanted,
    analyze,
    copy_rows,
    generates,
    invented_id,
    reserve_ids,
)
from customers.governed import ORDER_INFORMATION
from customers.models import (
    CompletionStep,
    Customer,
    Order,
    OrderNews,
    RecordedItem,
    ReportNeed,
)
from customers.ordering.baseline import BASELINE
from customers.processes.complete_order.opening import refresh_open_items
from customers.reporting.periods import current
from readiness.registry.resolve import CapabilityOff, resolve

_SOURCE = "order system"
_SHARE, _FEWEST, _MOST, _SUBSCRIBED, _REFRESHED = 25, 12, 4_000, 20, 400
_STATES = (
    *("completed",) * 9,
    *("committed",) * 4,
    *("acknowledged",) * 4,
    *("pending",) * 2,
    "cancelled",
)
_ANSWERS = {
    "building_access": "Caretaker, weekdays 8 to 16",
    "appointment": "Engineer booked",
    "registration": "08 114 227",
    "transfer_code": "PAC 771 204",
    "emergency_address": "As installed",
}
_COLUMNS: dict[type[Any], tuple[str, ...]] = {
    Order: (
        "id", "public_id", "source", "external_id", "customer_id", "state", "lines", "region",
        "problem", "ordered_at", "contract_at", "service_at", "completed_at", "open_items",
        "checked_at", "reworked", "all_ready", "capability_version_id", "created_at",
        "updated_at", "revision",
    ),
    OrderNews: (
        "order_id", "customer_id", "source", "event_id", "kind", "occurred_at", "received_at",
        "as_given", "said",
    ),
    RecordedItem: ("customer_id", "key", "value", "recorded_at", "recorded_by"),
    CompletionStep: ("order_id", "step", "state", "note", "at", "by"),
    ReportNeed: (
        "public_id", "customer_id", "kind", "period", "format", "recipients", "next_from",
        "next_until", "created_at", "updated_at", "revision",
    ),
}  # fmt: skip


@dataclass(slots=True)
class _Pages:
    """Rows waiting for their COPY, with what they are made from."""

    dice: random.Random
    now: datetime
    version: int | None
    rows: dict[type[Any], list[tuple[Any, ...]]] = field(
        default_factory=lambda: {model: [] for model in _COLUMNS}
    )

    def add(self, model: type[Any], *values: Any) -> None:
        self.rows[model].append(values)


@generates(order=15, title="orders and report subscriptions")
def fill_orders(wanted: Wanted, report: Report) -> None:
    """A few orders for some of the newest customers, and what was answered for them."""
    count = min(max(_FEWEST, wanted.customers // _SHARE), _MOST, wanted.customers)
    theirs = Customer.objects.filter(source="generated").exclude(status="terminated")
    customers = list(theirs.order_by("-pk").values_list("pk", "type")[:count])
    if not customers:
        return
    ids = reserve_ids(Order, len(customers))
    # Ids of their own dice: the same orders may be invented twice, the same ids may not.
    pages = _Pages(wanted.dice(f"orders from {ids[0]}"), wanted.now, _version())
    states = _dealt(pages.dice, len(customers))
    for order_id, (customer_id, _kind), state in zip(ids, customers, states, strict=True):
        _order(pages, order_id, customer_id, state)
    for customer_id, kind in customers[:_SUBSCRIBED]:
        _subscription(pages, customer_id, kind)
    for model, columns in _COLUMNS.items():
        copy_rows(model, columns, pages.rows[model])
    analyze(*_COLUMNS)
    for order in Order.objects.under_way().filter(pk__in=ids).order_by("pk")[:_REFRESHED]:
        refresh_open_items(order)
    report("orders", len(customers), len(customers))


def _version() -> int | None:
    try:
        return resolve(ORDER_INFORMATION.key).version_id
    except CapabilityOff:
        return None


def _dealt(dice: random.Random, count: int) -> list[str]:
    """States as cards are dealt: every twenty orders hold each of them, in any order."""
    packs = -(-count // len(_STATES))
    return [state for _pack in range(packs) for state in dice.sample(_STATES, len(_STATES))][:count]


def _order(pages: _Pages, order_id: int, customer_id: int, state: str) -> None:
    dice, now = pages.dice, pages.now
    ordered = now - timedelta(days=dice.randint(2, 60), minutes=dice.randint(0, 1400))
    contract = ordered + timedelta(days=1) if state != "pending" else None
    service = ordered + timedelta(days=2) if state in {"committed", "completed"} else None
    # The last step must not lie in the future.
    completed = min(ordered + timedelta(days=4), now) if state == "completed" else None
    line, number = _line(dice), f"PO-{order_id + 200_000}"
    pages.add(
        Order, order_id, invented_id(dice, ordered), _SOURCE, number, customer_id, state,
        json.dumps([line]), "GB", "", ordered, contract, service, completed,
        0 if completed else None, completed or now, int(dice.random() < 0.15),  # noqa: PLR2004  # a share of the made-up orders
        dice.random() < 0.8 if completed else None, pages.version, ordered, ordered, 1,  # noqa: PLR2004  # a share of the made-up orders
    )  # fmt: skip
    said = json.dumps({"order": {"lines": [line], "region": "GB"}})
    for kind, at in (("contract", contract), ("service", service)):
        if at is not None:
            pages.add(
                OrderNews, order_id, customer_id, _SOURCE, f"{number}-{kind}", kind, at, at, "{}",
                said,
            )  # fmt: skip
    _answers(pages, ordered, customer_id, everything=completed is not None)
    _steps(pages, ordered, order_id, everything=completed is not None)


def _line(dice: random.Random) -> dict[str, Any]:
    offering = dice.choice(BASELINE["offerings"])
    options = {
        one["key"]: dice.choice(one["values"])
        for one in BASELINE["options"]
        if one["key"] in offering["options"] and dice.random() < 0.4  # noqa: PLR2004  # a share of the made-up orders
    }
    return {
        "id": "1",
        "offering": offering["key"],
        "name": offering["name"],
        "options": options,
    }


def _answers(pages: _Pages, ordered: datetime, customer_id: int, *, everything: bool) -> None:
    for key, value in _ANSWERS.items():
        if everything or pages.dice.random() < 0.4:  # noqa: PLR2004  # a share of the made-up orders
            at = ordered + timedelta(hours=pages.dice.randint(1, 20))
            pages.add(RecordedItem, customer_id, key, value, at, "agent")


def _steps(pages: _Pages, ordered: datetime, order_id: int, *, everything: bool) -> None:
    for step in CompletionStep.Step.values:
        if everything or pages.dice.random() < 0.3:  # noqa: PLR2004  # a share of the made-up orders
            at = ordered + timedelta(hours=pages.dice.randint(24, 47))
            pages.add(CompletionStep, order_id, step, "done", "", at, "agent")


def _subscription(pages: _Pages, customer_id: int, kind: str) -> None:
    """The last whole month is still to be reported: the first run of the job makes it."""
    this_month, _until = current(timezone.localdate(pages.now), "month")
    since, until = current(this_month - timedelta(days=1), "month")
    kinds: Sequence[str] = ("sla", "interactions") if kind == "business" else ("usage",)
    for one in kinds:
        pages.add(
            ReportNeed, invented_id(pages.dice, pages.now), customer_id, one, "month",
            pages.dice.choice(("pdf", "pdf", "xlsx", "csv")),
            json.dumps([f"reports.{customer_id}@example.org"]), since, until, pages.now,
            pages.now, 1,
        )  # fmt: skip
