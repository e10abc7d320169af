"""Let a check see its own configuration really serve, and really be suspended.

For checks only: they run inside a savepoint that is rolled back, so the version made here, and
what it did to the one in use, is never seen by anybody else and is gone afterwards.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Max

from readiness.registry import slots
from readiness.registry.resolve import GENERAL, PILOT, read_afresh


@dataclass(frozen=True, slots=True)
class Trial:
    """A version on trial."""

    version_id: int

    def suspend(self) -> None:
        """Switch it off as a duty lead would."""
        _move([self.version_id], "suspended")

    def resume(self) -> None:
        _move([self.version_id], GENERAL)


@contextmanager
def on_trial(slot_key: str, config: Mapping[str, Any]) -> Iterator[Trial]:
    """Within the block, and for this thread only, this configuration serves the slot."""
    if not connection.in_atomic_block:
        raise RuntimeError("A trial needs a transaction that is rolled back.")
    slot = slots.named(slot_key)
    slot_model = apps.get_model("readiness", "CapabilitySlot")
    row, _made = slot_model._default_manager.get_or_create(
        key=slot.key, defaults={"title": slot.title, "kind": slot.kind, "unit": slot.unit}
    )
    versions = apps.get_model("readiness", "CapabilityVersion")._default_manager
    mine = transaction.savepoint()
    serving = versions.filter(slot=row, state__in=[PILOT, GENERAL])
    _move(list(serving.values_list("pk", flat=True)), "superseded")
    last = versions.filter(slot=row).aggregate(last=Max("number"))["last"] or 0
    version = versions.create(
        slot=row,
        number=last + 1,
        config=dict(config),
        code_ref=slot.code_ref,
        fingerprint=f"trial:{secrets.token_hex(16)}",
        salt=secrets.token_hex(8),
        state=GENERAL,
    )
    try:
        with read_afresh():
            yield Trial(version.pk)
    finally:
        transaction.savepoint_rollback(mine)


def _move(pks: list[int], state: str) -> None:
    versions = apps.get_model("readiness", "CapabilityVersion")._default_manager
    versions.filter(pk__in=pks).update(state=state)
