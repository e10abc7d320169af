"""Try or take in a received file, batch by batch; what was cut off goes on where it stood."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from itertools import islice
from queue import SimpleQueue

from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import CustomersImported
from crm.events.publish import publish
from customers.imports.ahead import ahead
from customers.imports.readers import FileWrong
from customers.models import Customer, ImportRun, Party
from customers.processes.import_customers import fresh
from customers.processes.import_customers.checks import checked_mapping
from customers.processes.import_customers.place import Placing, place, placing
from customers.processes.import_customers.plan import Planned, plans
from customers.processes.import_customers.result import Problem, Result, count_in, keep_problems

ELSEWHERE = "imported-elsewhere"
_BATCH = 4000
# Below this the planner's own guesses are good enough.
_WORTH_COUNTING = 20_000
Progress = Callable[[int], None]
# Ids to give to the next batch; None when there is no next one to be made.
_Ids = SimpleQueue[tuple[list[int], list[int]] | None]


class _Undone(Exception):
    """Takes the batch of a trial back."""


def import_customers(
    *,
    run_id: int,
    dry_run: bool,
    actor: Actor,
    progress: Progress = lambda done: None,
    seconds: float | None = None,
) -> ImportRun:
    """Try or take in a received file.

    Batches commit one by one with the numbers so far, so that an import that was cut off, or that
    has worked for `seconds`, goes on where it stood. A trial is the same work, each batch taken
    back.
    """
    require(actor, "customers.import_customers")
    require(actor, "customers.view_all_customers")
    run = ImportRun.objects.get(pk=run_id)
    if run.state in {ImportRun.State.DONE, ImportRun.State.UNDOING, ImportRun.State.UNDONE}:
        return run
    _begin(run, trial=dry_run)
    if dry_run:
        _try(run, actor, progress)
    else:
        until = None if seconds is None else time.monotonic() + seconds
        if _take_in(run, actor, progress, until):
            _finish(run, actor)
    run.refresh_from_db()
    return run


def _begin(run: ImportRun, *, trial: bool) -> None:
    """Forget what a trial left; an import that was cut off keeps what it did."""
    with transaction.atomic():
        # Another worker may have committed a batch since the row was read.
        run.refresh_from_db(from_queryset=ImportRun.objects.select_for_update())
        if run.state == ImportRun.State.DONE:
            raise _elsewhere_now()
        goes_on = run.state in {ImportRun.State.RUNNING, ImportRun.State.FAILED} and run.processed
        if trial and goes_on:
            raise RuleBroken("not-tried", _("This file is going in already."))
        run.state = ImportRun.State.TRYING if trial else ImportRun.State.RUNNING
        run.message = ""
        if not goes_on:
            _start_anew(run)
        run.save()


def _spoilt(wrong: FileWrong) -> RuleBroken:
    return RuleBroken("file-wrong", str(wrong), field="file", kind="input")


def _start_anew(run: ImportRun) -> None:
    run.problems.all().delete()
    run.started_at, run.processed = timezone.now(), 0
    for name in Result().numbers():
        setattr(run, name, 0)


def _try(run: ImportRun, actor: Actor, progress: Progress) -> None:
    try:
        for _result in _batches(run, actor, trial=True):
            progress(run.processed)
    except FileWrong as wrong:
        raise _spoilt(wrong) from wrong
    finally:
        # Nothing was written, so there is nothing to go on with.
        ImportRun.objects.filter(pk=run.pk).update(processed=0)
    run.state, run.processed = ImportRun.State.TRIED, 0
    run.preview = run.preview | {"rows_in_file": run.total}
    run.finished_at = timezone.now()
    run.save()


def _take_in(run: ImportRun, actor: Actor, progress: Progress, until: float | None) -> bool:
    try:
        with closing(_batches(run, actor, trial=False)) as batches:
            for _result in batches:
                progress(run.processed)
                if until is not None and time.monotonic() > until:
                    return False
    except FileWrong as wrong:
        raise _spoilt(wrong) from wrong
    return True


def _finish(run: ImportRun, actor: Actor) -> None:
    """Close the run and tell everyone once."""
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        if locked.state == ImportRun.State.DONE:
            return
        locked.state, locked.finished_at = ImportRun.State.DONE, timezone.now()
        # The first rows are no longer needed to choose by, the names of the columns are.
        locked.preview = {"columns": locked.preview.get("columns", [])}
        locked.save(update_fields=["state", "finished_at", "preview"])
        publish(CustomersImported(run_id=run.pk), actor=actor)
        # The rows are kept as records; the file itself is needed no longer.
        transaction.on_commit(lambda: default_storage.delete(run.path), robust=True)


def _batches(run: ImportRun, actor: Actor, *, trial: bool) -> Generator[Result, None, None]:
    by = placing(run, checked_mapping(run.mapping), trial=trial)
    ids: _Ids = SimpleQueue()
    with default_storage.open(run.path) as file:
        rows = plans(file, run.file_name, by.checked)
        # Two batches are under way at any time: one being read, one being written.
        ids.put(_reserved())
        new, known = 0, _rows_known()
        with closing(ahead(_prepared(rows, by.writer, ids, skip=run.processed))) as prepared:
            try:
                for batch in prepared:
                    ids.put(_reserved())
                    result = _one_batch(run, batch, by, actor)
                    yield result
                    new += result.created
                    if new > max(known, _WORTH_COUNTING) and not trial:
                        known, new = known + new, 0
                        _count_anew()
            finally:
                # Whoever prepares must not wait for ids that nobody reserves any more.
                ids.put(None)


def _prepared(
    rows: Iterator[Planned | Problem], writer: fresh.Writer, ids: _Ids, *, skip: int
) -> Iterator[list[Planned | Problem]]:
    """Batches with everything written that needs no database; in a thread of its own."""
    done = 0
    while done < skip:
        # What an earlier attempt committed is read again only to know its numbers.
        done += len(list(islice(rows, min(_BATCH, skip - done))))
    while batch := list(islice(rows, _BATCH)):
        reserved = ids.get()
        if reserved is None:
            return
        customers, people = reserved
        for plan, customer_id, party_id in zip(batch, customers, people, strict=False):
            if isinstance(plan, Planned):
                plan.customer_id, plan.party_id = customer_id, party_id
                plan.lines = writer.write(plan)
        yield batch


def _reserved() -> tuple[list[int], list[int]]:
    """Ids for the customers and people of one batch, should all of them be new."""
    reserved: list[list[int]] = []
    with connection.cursor() as cursor:
        for model in (Customer, Party):
            cursor.execute(
                "SELECT array_agg(nextval(ids.name)) FROM generate_series(1, %s),"
                " (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) AS ids",
                [_BATCH, model._meta.db_table],
            )
            (ids,) = cursor.fetchone() or ([],)
            reserved.append(ids)
    return reserved[0], reserved[1]


def _rows_known() -> int:
    """How many customers the planner believes in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'customers_customer'")
        (known,) = cursor.fetchone() or (0,)
    return max(int(known), 0)


def _count_anew() -> None:
    """Tell the planner that the tables have grown: it would read them whole for every row."""
    filled: tuple[type[models.Model], ...] = fresh.TABLES
    tables = ", ".join(model._meta.db_table for model in filled)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


def _one_batch(run: ImportRun, batch: list[Planned | Problem], by: Placing, actor: Actor) -> Result:
    result = Result(total=len(batch))
    result.problems += [one for one in batch if isinstance(one, Problem)]
    ready = [one for one in batch if isinstance(one, Planned)]
    if by.trial:
        result.add(_taken_back(ready, by))
    with transaction.atomic(), because(actor, "other-process", import_run=run.pk):
        # Only whole batches can be lost with the machine, and a lost one is taken in again.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        _still_ours(run)
        if not by.trial:
            result.add(place(ready, by))
        result.problems.sort(key=lambda problem: problem.line)
        keep_problems(run, result.problems)
        count_in(run, result)
        run.processed += result.total
        run.save()
    return result


def _taken_back(plans: list[Planned], by: Placing) -> Result:
    result = Result()
    try:
        with transaction.atomic():
            result = place(plans, by)
            raise _Undone
    except _Undone:
        return result


def _still_ours(run: ImportRun) -> None:
    locked = ImportRun.objects.select_for_update().get(pk=run.pk)
    if locked.processed != run.processed:
        raise _elsewhere_now()


def _elsewhere_now() -> RuleBroken:
    return RuleBroken(ELSEWHERE, _("Another worker goes on with this import."))
