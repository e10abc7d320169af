"""What changed in a customer's record: field by field, with who and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from customers.models import Account, Agreement, ContactMedium, Customer, Party, Product

_SILENT = {"id", "revision", "updated_at", "reversed_digits", "normalised", "public_id"}


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one row, before and after."""

    at: datetime
    who: str
    why: str
    thing: str
    label: str
    before: Any
    after: Any


def changes_of(customer: Customer, limit: int) -> list[Change]:
    """The newest changes of everything recorded about a customer, newest first."""
    found: list[Change] = []
    for model, rows in _rows(customer):
        found += _of_model(model, rows, limit)
    found.sort(key=lambda change: change.at, reverse=True)
    return found[:limit]


def _rows(customer: Customer) -> Iterator[tuple[type[models.Model], Sequence[models.Model]]]:
    yield Customer, [customer]
    if customer.party:
        yield Party, [customer.party]
        yield ContactMedium, list(customer.party.contact_media.all()[:200])
    yield Account, list(customer.accounts.all()[:200])
    yield Agreement, list(customer.agreements.all()[:200])
    yield Product, list(customer.products.all()[:500])


def _of_model(
    model: type[models.Model], rows: Sequence[models.Model], limit: int
) -> Iterator[Change]:
    events: Any = model._meta.get_field("events").related_model
    asked = events._default_manager.filter(pgh_obj_id__in=[row.pk for row in rows])
    after: dict[int, Any] = {row.pk: row for row in rows}
    for event in asked.select_related("pgh_context").order_by("-pgh_id")[:limit]:
        yield from _differences(model, event, after[event.pgh_obj_id])
        after[event.pgh_obj_id] = event


def _differences(model: type[models.Model], event: Any, after: Any) -> Iterator[Change]:
    said = event.pgh_context.metadata if event.pgh_context else {}
    for field in model._meta.concrete_fields:
        old, new = getattr(event, field.attname), getattr(after, field.attname)
        if field.name in _SILENT or old == new:
            continue
        yield Change(
            at=event.pgh_created_at,
            who=said.get("actor_name", ""),
            why=said.get("reason", ""),
            thing=str(model._meta.verbose_name),
            label=str(field.verbose_name),
            before=old,
            after=new,
        )
