"""Celery doors of customer information."""

import structlog
from celery import shared_task

from crm.access import SYSTEM
from customers import archivable
from customers.processes import archive_information
from readiness.registry.resolve import CapabilityOff

# Below the soft limit of a task; what is left goes in the next one.
_SECONDS = 200.0


@shared_task(acks_late=True, ignore_result=True)
def archive_by_policy() -> None:
    """Archive what the accepted policy names; goes on in another task when there is more."""
    log = structlog.get_logger(__name__)
    for data_class in archivable.registered():
        try:
            run = archive_information.run(data_class=data_class.key, actor=SYSTEM, seconds=_SECONDS)
        except CapabilityOff as off:
            log.warning("archive.off", data_class=data_class.key, reason=str(off))
            continue
        log.info("archive.ran", data_class=data_class.key, archived=run.archived, held=run.held)
        if run.finished_at is None:
            archive_by_policy.delay()
            return
