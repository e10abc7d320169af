"""Sources and facts for tests, straight into the tables."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from customers.insight import keys, sources
from customers.insight.models import Fact, Source
from customers.models import Customer
from readiness.registry import slots
from tests.readiness.factories import a_serving_version


def a_source(key: str = "contact", **fields: Any) -> Source:
    source = sources.find(key) or Source.objects.create(key=key, name=key.title())
    if fields:
        Source.objects.filter(pk=source.pk).update(**fields)
        source.refresh_from_db()
    return source


def a_fact(
    customer: Customer,
    key: str = "household.partner",
    value: Any = True,
    *,
    source: Source | None = None,
    state: str = Fact.State.ACCEPTED,
    observed_at: datetime | None = None,
    interaction: UUID | None = None,
    **fields: Any,
) -> Fact:
    source = source or a_source()
    seen = observed_at or timezone.now()
    return Fact.objects.create(
        customer=customer,
        key=key,
        value=value,
        source=source,
        basis=source.basis,
        purpose=keys.named(key).purpose,
        state=state,
        observed_at=seen,
        stale_after=seen + timedelta(days=keys.named(key).fresh_days),
        interaction=interaction,
        **fields,
    )


def baselines_in_use(*prefixes: str) -> None:
    """Put the shipped baseline of these slots into general use, without the acceptance run."""
    for slot in slots.declared():
        if slot.key.startswith(prefixes):
            a_serving_version(slot.key, slot.baseline)
