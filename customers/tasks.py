"""Celery doors of customer information."""

import time
from datetime import timedelta

import structlog
from celery import shared_task
from django.utils import timezone

from crm.access import SYSTEM, Actor, actor_for
from crm.accounts.models import User
from crm.errors import RuleBroken
from crm.rounds import rounds
from customers import archivable
from customers.models import ImportRun
from customers.processes import archive_information, keep_identifiers, report_to_customer
from customers.processes.cleanse_customers import waiting_jobs, work_on_job
from customers.processes.deduplicate import find_duplicates, merge_agreed, search_is_due
from customers.processes.export_customers import (
    forget_exports,
    waiting_exports,
    write_export,
)
from customers.processes.import_customers import ELSEWHERE, import_customers
from customers.processes.undo_import import undo_import
from readiness.registry.resolve import CapabilityOff

# For all classes together, below the soft limit of a task; what is left goes in the next one.
_SECONDS = 150.0
# A large file takes longer than other work; still less than the broker's visibility timeout.
_PATIENCE, _LIMIT = 780, 840
_LONG_ENOUGH = 600.0
_VALIDITY_OVERLAP = timedelta(hours=2)


@shared_task(acks_late=True, ignore_result=True)
def archive_by_policy() -> None:
    """Archive what the accepted policy names; goes on in another task when there is more."""
    log, until = structlog.get_logger(__name__), time.monotonic() + _SECONDS
    for data_class in archivable.registered():
        left = max(until - time.monotonic(), 0.0)
        try:
            run = archive_information.run(data_class=data_class.key, actor=SYSTEM, seconds=left)
        except CapabilityOff as off:
            log.warning("archive.off", data_class=data_class.key, reason=str(off))
            continue
        log.info("archive.ran", data_class=data_class.key, archived=run.archived, held=run.held)
        if run.finished_at is None:
            archive_by_policy.delay()
            return


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=_PATIENCE, time_limit=_LIMIT)
def try_file(run_id: int, user_id: int) -> None:
    """Try a received file; doing it twice gives the same."""
    _worked_on(run_id, user_id, dry_run=True)


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=_PATIENCE, time_limit=_LIMIT)
def take_in_file(run_id: int, user_id: int) -> None:
    """Take in a file; a second worker, or the next task, goes on where this one stopped."""
    if _worked_on(run_id, user_id, dry_run=False) == ImportRun.State.RUNNING:
        take_in_file.delay(run_id, user_id)


def _worked_on(run_id: int, user_id: int, *, dry_run: bool) -> str:
    actor: Actor = actor_for(User.objects.get(pk=user_id))
    try:
        run = import_customers(run_id=run_id, dry_run=dry_run, actor=actor, seconds=_LONG_ENOUGH)
    except Exception as wrong:
        if isinstance(wrong, RuleBroken) and wrong.code == ELSEWHERE:
            return ""
        # The page must say that it stopped; the numbers so far stand, and it can be started again.
        under_way = [ImportRun.State.TRYING, ImportRun.State.RUNNING]
        running = ImportRun.objects.filter(pk=run_id, state__in=under_way)
        running.update(state=ImportRun.State.FAILED, message=str(wrong)[:300])
        raise
    return run.state


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=_PATIENCE, time_limit=_LIMIT)
def undo_file(run_id: int, user_id: int) -> None:
    """Take back what an import did; the next task goes on where this one stopped."""
    actor: Actor = actor_for(User.objects.get(pk=user_id))
    try:
        run = undo_import(run_id=run_id, actor=actor, seconds=_LONG_ENOUGH)
    except Exception as wrong:
        undoing = ImportRun.objects.filter(pk=run_id, state=ImportRun.State.UNDOING)
        undoing.update(message=str(wrong)[:300])
        raise
    if run.state == ImportRun.State.UNDOING:
        undo_file.delay(run_id, user_id)


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=_PATIENCE, time_limit=_LIMIT)
def search_for_duplicates(user_id: int | None = None) -> None:
    """Compare the base, or what changed in it; one that was stopped goes on where it was."""
    actor = SYSTEM if user_id is None else actor_for(User.objects.get(pk=user_id))
    try:
        run = find_duplicates(actor=actor)
    except RuleBroken as wrong:
        structlog.get_logger(__name__).info("duplicates.elsewhere", reason=wrong.code)
        return
    structlog.get_logger(__name__).info(
        "duplicates.searched", whole=run.whole, parties=run.parties, found=run.found
    )


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=_PATIENCE, time_limit=_LIMIT)
def take_up_search() -> None:
    """Search once more when a file came in since, or when a search was stopped half-way."""
    if search_is_due():
        search_for_duplicates()


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=_PATIENCE, time_limit=_LIMIT)
def merge_sure_pairs(user_id: int) -> None:
    """Merge every sure pair; begun again, it goes on with those that are left."""
    merge_agreed(actor=actor_for(User.objects.get(pk=user_id)))


@shared_task(acks_late=True, ignore_result=True)
def make_reports() -> None:
    """Make customers' reports that are due, and say which are late."""
    now = timezone.now()
    report_to_customer.make_due_reports(now)
    report_to_customer.find_late(now)


@shared_task(acks_late=True, ignore_result=True)
def cleanse_customers(job_id: int) -> int:
    """Work on one job for a while; what is left is taken up by the next tick."""
    return rounds(lambda: work_on_job(job_id=job_id))


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=_PATIENCE, time_limit=_LIMIT)
def write_list_export(export_id: int) -> bool:
    """Write one file; a worker that died leaves it to the next."""
    return write_export(export_id=export_id)


@shared_task(ignore_result=True)
def take_up_lists() -> int:
    """Go on with jobs and files that no worker holds: also when the broker had lost them."""
    jobs, files = waiting_jobs(), waiting_exports()
    for job_id in jobs:
        cleanse_customers.delay(job_id)
    for export_id in files:
        write_list_export.delay(export_id)
    return len(jobs) + len(files)


@shared_task(ignore_result=True)
def follow_validity() -> int:
    """Let search follow what began or ended by its own date; the overlap makes up for a pause."""
    since = timezone.now() - _VALIDITY_OVERLAP
    return keep_identifiers.follow_validity(since=since, actor=SYSTEM)


@shared_task(ignore_result=True)
def forget_list_exports() -> int:
    """Remove files a week after they were ready."""
    return forget_exports()
