"""Sources and facts for tests, straight into the tables."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from customers.insight import keys, sources
from customers.insight.models import Fact, Source
from customers.models import Customer
from readiness.registry import resolve, slots


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
    # By label: readiness is asked through its registry, also in tests of other apps.
    from django.apps import apps

    slot_model = apps.get_model("readiness", "CapabilitySlot")
    version_model = apps.get_model("readiness", "CapabilityVersion")
    for slot in slots.declared():
        if not slot.key.startswith(prefixes):
            continue
        row, _made = slot_model._default_manager.get_or_create(
            key=slot.key,
            defaults={"title": slot.title, "kind": slot.kind, "unit": slot.unit},
        )
        version_model._default_manager.get_or_create(
            slot=row,
            number=1,
            defaults={
                "state": "general_availability",
                "config": dict(slot.baseline),
                "fingerprint": f"baseline-{slot.key}"[:64],
                "salt": "salt",
            },
        )
    resolve.forget_snapshot()
