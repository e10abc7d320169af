"""Undo an import line by line, in batches that commit with their numbers."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import ImportUndone
from crm.events.publish import publish
from customers.models import ImportedRecord, ImportKept, ImportRun
from customers.processes.import_customers import KIND
from customers.processes.undo_import.made import remove_made
from customers.processes.undo_import.outcome import Outcome, Sorted
from customers.processes.undo_import.told import restore_told

DAYS = 30
_BATCH = 500
Progress = Callable[[int], None]


@transaction.atomic
def begin_undo(*, run_id: int, actor: Actor) -> ImportRun:
    """Let an import be undone; refused when it is not in, or in for too long."""
    require(actor, "customers.undo_import")
    require(actor, "customers.view_all_customers")
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run_id, kind=KIND)
    if run.state in {ImportRun.State.UNDOING, ImportRun.State.UNDONE}:
        return run
    if run.state != ImportRun.State.DONE:
        raise RuleBroken("not-imported", _("Only an import that has finished can be undone."))
    if run.finished_at is None or run.finished_at < timezone.now() - timedelta(days=DAYS):
        raise RuleBroken(
            "too-late", _("An import can be undone for %(days)d days.") % {"days": DAYS}
        )
    run.state, run.message, run.undone_by_id = ImportRun.State.UNDOING, "", actor.pk
    run.save(update_fields=["state", "message", "undone_by_id"])
    return run


def undo_import(
    *,
    run_id: int,
    actor: Actor,
    progress: Progress = lambda done: None,
    seconds: float | None = None,
) -> ImportRun:
    """Take back what an import did, sorted into reversed, kept and what could not be reversed.

    Batches commit one by one; what was cut off, or has worked for `seconds`, goes on where it
    stood.
    """
    run = begin_undo(run_id=run_id, actor=actor)
    until = None if seconds is None else time.monotonic() + seconds
    while run.state == ImportRun.State.UNDOING:
        if not _one_batch(run, actor):
            break
        progress(run.reversed + run.kept + run.stuck)
        if until is not None and time.monotonic() > until:
            break
    run.refresh_from_db()
    return run


@transaction.atomic
def _one_batch(run: ImportRun, actor: Actor) -> bool:
    """Undo the next rows; False when there are none and the run is closed."""
    run.refresh_from_db(from_queryset=ImportRun.objects.select_for_update(of=("self",)))
    if run.state != ImportRun.State.UNDOING:
        return False
    rows = run.records.filter(line__gt=run.undone_line).exclude(customer_id=None)
    batch = list(rows.order_by("line").only("line", "customer_id", "made")[:_BATCH])
    if not batch:
        _close(run, actor)
        return False
    with because(actor, "import-undone", import_undone=run.pk):
        made = remove_made(run, [one.customer_id for one in batch if one.made], actor)
        told = restore_told(run, [one.customer_id for one in batch if not one.made], actor)
    _count(run, batch, made | told)
    run.undone_line = batch[-1].line
    run.save(update_fields=["undone_line", "reversed", "kept", "stuck"])
    return True


def _count(run: ImportRun, batch: list[ImportedRecord], outcomes: Mapping[int, Sorted]) -> None:
    remaining, gone = [], []
    for record in batch:
        outcome = outcomes[record.customer_id or 0]
        if outcome.outcome is Outcome.REVERSED:
            run.reversed += 1
            gone.append(record.pk)
            continue
        kept = outcome.outcome is Outcome.KEPT
        run.kept, run.stuck = run.kept + kept, run.stuck + (not kept)
        remaining.append(
            ImportKept(
                run=run,
                line=record.line,
                customer_id=record.customer_id or 0,
                outcome=ImportKept.Outcome.KEPT if kept else ImportKept.Outcome.STUCK,
                reason=outcome.reason[:300],
            )
        )
    ImportKept.objects.bulk_create(remaining)
    # Nothing stands on these rows any more; what the file said of strangers need not be held.
    ImportedRecord.objects.filter(pk__in=gone).delete()


def _close(run: ImportRun, actor: Actor) -> None:
    run.state, run.undone_at = ImportRun.State.UNDONE, timezone.now()
    run.save(update_fields=["state", "undone_at"])
    publish(
        ImportUndone(run_id=run.pk, reversed=run.reversed, kept=run.kept, stuck=run.stuck),
        actor=actor,
    )
