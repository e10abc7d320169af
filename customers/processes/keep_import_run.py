"""Keep an Import Run: what a file of another app came to, beside those of customers."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.access import Actor
from customers.models import ImportProblem, ImportRun

ETOM = "1.3.6.1"


@transaction.atomic
def keep_import_run(
    *,
    kind: str,
    file_name: str,
    mapping: Mapping[str, Any],
    numbers: Mapping[str, int],
    problems: Iterable[Mapping[str, Any]],
    actor: Actor,
) -> ImportRun:
    """Record a finished run with its numbers and the rows that need a person."""
    run = ImportRun.objects.create(
        kind=kind,
        file_name=file_name[:200],
        mapping=dict(mapping),
        state=ImportRun.State.DONE,
        by_id=actor.pk,
        finished_at=timezone.now(),
        processed=numbers["total"],
        **numbers,
    )
    ImportProblem.objects.bulk_create(ImportProblem(run=run, **problem) for problem in problems)
    return run
