"""Orders, checklists and readiness as partner systems see them."""

from collections.abc import Iterable
from typing import Any

from customers.consumers import Row
from customers.models import CompletionStep, NumberMove, Order
from customers.processes.check_order_information import Checked, Checklist


def order_body(order: Order) -> dict[str, Any]:
    done = {one.step: one for one in order.steps.all()}
    return {
        "id": str(order.public_id),
        "href": f"/api/v1/orders/{order.public_id}",
        "externalId": order.external_id,
        "source": order.source,
        "state": order.state,
        "problem": order.problem or None,
        "customer": str(order.customer.public_id) if order.customer else None,
        "line": [
            {"id": one["id"], "offering": one["offering"], "options": one["options"]}
            for one in order.lines
        ],
        "orderDate": order.ordered_at,
        "contractFinalized": order.contract_at,
        "serviceOrderFinalized": order.service_at,
        "completionDate": order.completed_at,
        "openItems": order.open_items,
        "numberTaken": [_taken(one) for one in order.numbers_taken.order_by("pk")],
        "completion": {step.value: _step(done.get(step.value)) for step in CompletionStep.Step},
        "@type": "ProductOrder",
    }


def _taken(move: NumberMove) -> dict[str, Any]:
    """A number that still stood with somebody else when the order's news came; not who that was."""
    return {
        "type": move.kind,
        "number": move.value,
        "date": move.at,
        "takenBack": move.undone_at,
        "services": sum(one["table"] == "product" for one in move.ended),
    }


def _step(step: CompletionStep | None) -> dict[str, Any]:
    if step is None:
        return {"state": CompletionStep.State.OPEN.value}
    return {"state": step.state, "note": step.note, "date": step.at}


def checklist_body(found: Checklist) -> dict[str, Any]:
    return {
        "version": found.version.number,
        "line": [
            {
                "offering": asked.offering,
                "options": dict(asked.options),
                "customerType": asked.type,
                "region": asked.region,
            }
            for asked in found.questions
        ],
        "complete": not found.open_items,
        "item": [_item(one) for one in found.items],
        "@type": "OrderInformation",
    }


def _item(one: Checked) -> dict[str, Any]:
    return {
        "id": one.needed.item.key,
        "name": one.needed.item.name,
        "status": one.standing.status,
        "mandatory": one.needed.mandatory,
        "maxAgeDays": one.needed.max_age_days,
        "ageDays": one.standing.days,
        "reason": one.standing.wrong or None,
        "whereToGet": one.needed.item.where,
        "because": list(one.needed.because),
    }


def readiness_body(order: Order, rows: Iterable[Row]) -> dict[str, Any]:
    listed = list(rows)
    return {
        "order": str(order.public_id),
        "ready": all(row.ready for row in listed),
        "process": [
            {
                "id": row.consumer.key,
                "name": str(row.consumer.title),
                "etom": row.consumer.process,
                "status": "green" if row.ready else "red",
                "need": [
                    {
                        "id": cell.need.key,
                        "name": str(cell.need.title),
                        "status": cell.standing.status,
                        "reason": cell.standing.wrong or None,
                        "whereToGet": str(cell.need.where) or None,
                    }
                    for cell in row.cells
                ],
            }
            for row in listed
        ],
        "@type": "InformationReadiness",
    }
