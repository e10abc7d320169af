"""Celery doors of customer information."""

import time
from functools import partial

import structlog
from celery import shared_task

from crm.access import SYSTEM, Actor, actor_for
from crm.accounts.models import User
from crm.errors import RuleBroken
from customers import archivable
from customers.imports import progress
from customers.models import ImportRun
from customers.processes import archive_information
from customers.processes.import_customers import ELSEWHERE, import_customers
from readiness.registry.resolve import CapabilityOff

# For all classes together, below the soft limit of a task; what is left goes in the next one.
_SECONDS = 150.0
# A large file takes longer than other work; still less than the broker's visibility timeout.
_PATIENCE, _LIMIT = 780, 840


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
    _with_progress(run_id, user_id, dry_run=True)


@shared_task(acks_late=True, ignore_result=True, soft_time_limit=_PATIENCE, time_limit=_LIMIT)
def take_in_file(run_id: int, user_id: int) -> None:
    """Take in a file; a second worker goes on where the first one stopped."""
    _with_progress(run_id, user_id, dry_run=False)


def _with_progress(run_id: int, user_id: int, *, dry_run: bool) -> None:
    actor: Actor = actor_for(User.objects.get(pk=user_id))
    try:
        import_customers(
            run_id=run_id,
            dry_run=dry_run,
            actor=actor,
            progress=partial(progress.tell, run_id),
        )
    except Exception as wrong:
        if isinstance(wrong, RuleBroken) and wrong.code == ELSEWHERE:
            return
        # The page must say that it stopped; the numbers so far stand, and it can be started again.
        running = ImportRun.objects.filter(pk=run_id).exclude(state=ImportRun.State.DONE)
        running.update(state=ImportRun.State.FAILED, message=str(wrong)[:300])
        raise
