"""Write an event, and what it owes, in the caller's transaction."""

from dataclasses import asdict

import structlog
from django.db import connection

from crm.access import Actor
from crm.events import nudge, registry
from crm.events.catalogue import Event
from crm.events.models import Delivery, OutboxEvent
from crm.gathering import afterwards, insert


def publish(event: Event, *, actor: Actor) -> OutboxEvent:
    """Record an event and one delivery per handler; raises RuntimeError outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{event.name} published outside a transaction")
    payload = asdict(event)
    about = f"{event.aggregate.removesuffix('_id')}:{payload[event.aggregate]}"
    row = OutboxEvent(
        name=event.name,
        process=event.process,
        aggregate=about,
        payload=payload,
        actor_id=actor.pk,
        actor_name=actor.name,
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )
    insert(row)
    owed = [
        Delivery(event=row, handler=path, aggregate=about)
        for path in registry.handler_paths(event.name)
    ]
    if owed:
        insert(*owed)
        afterwards(lambda: nudge.after_commit([one.pk for one in owed]))
    return row
