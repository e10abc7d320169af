"""Forget old rows in small bites, so that nobody waits for a large one."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from crm.rounds import SECONDS, rounds

# Small enough to be over before a page notices.
_BITE = 1000


def prune(old: QuerySet[Any], *, seconds: float = SECONDS) -> int:
    """Delete these rows for good; what somebody holds, or the time does not suffice for, stays."""
    return rounds(partial(_bite, old), seconds=seconds)


def _bite(old: QuerySet[Any]) -> int:
    with transaction.atomic():
        free = old.order_by().select_for_update(skip_locked=True, of=("self",))
        keys = list(free.values_list("pk", flat=True)[:_BITE])
        old.model._base_manager.filter(pk__in=keys).delete()
    return len(keys)
