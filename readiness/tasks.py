"""What a worker does for readiness."""

from celery import shared_task

from crm.access import SYSTEM
from readiness.processes.acknowledge_procedure import tell_of_reviews
from readiness.processes.introduce_capability import hold_unwaived
from readiness.processes.keep_procedures import begin_approved
from readiness.processes.run_readiness_test import run_cases


@shared_task(acks_late=True, ignore_result=True)
def run_readiness_cases(run_id: int) -> None:
    """Run what is left of a readiness test; twice is once."""
    run_cases(run_id=run_id)


@shared_task(ignore_result=True)
def hold_what_lost_its_waiver() -> None:
    """Hold versions whose waiver has run out."""
    hold_unwaived(actor=SYSTEM)


@shared_task(ignore_result=True)
def begin_approved_procedures() -> None:
    """Bring procedures into effect whose day has come."""
    begin_approved(actor=SYSTEM)


@shared_task(ignore_result=True)
def tell_of_procedure_reviews() -> None:
    """Tell who keeps a procedure that its review is due."""
    tell_of_reviews(actor=SYSTEM)
