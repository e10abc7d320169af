"""Write an event, and what it owes, in the caller's transaction."""

from collections.abc import Callable
from dataclasses import asdict

import structlog
from django.db import connection, transaction

from crm.access import Actor
from crm.events import registry
from crm.events.catalogue import Event
from crm.events.models import Delivery, OutboxEvent


def publish(event: Event, *, actor: Actor) -> OutboxEvent:
    """Record an event and one delivery per handler; raises RuntimeError outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{event.name} published outside a transaction")
    payload = asdict(event)
    about = f"{event.aggregate.removesuffix('_id')}:{payload[event.aggregate]}"
    row = OutboxEvent.objects.create(
        name=event.name,
        process=event.process,
        aggregate=about,
        payload=payload,
        actor_id=actor.pk,
        actor_name=actor.name,
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )
    owed = [
        Delivery(event=row, handler=path, aggregate=about)
        for path in registry.handler_paths(event.name)
    ]
    for delivery in Delivery.objects.bulk_create(owed) if owed else ():
        transaction.on_commit(_nudge(delivery.pk), robust=True)
    return row


def _nudge(delivery_id: int) -> Callable[[], None]:
    # Only a nudge: `sweep` finds the row if the broker is down. A closure and not a partial:
    # Django names a robust callback that failed by its __qualname__.
    from crm.events.tasks import deliver

    def nudge() -> None:
        deliver.apply_async((delivery_id,), retry=False)

    return nudge
