"""Celery doors of interactions: the duty before the deadline, the sender, and the auditor."""

from celery import shared_task
from django.utils import timezone

from crm.rounds import rounds
from interactions.processes.notify_customer import send_due
from interactions.processes.report_interaction import (
    forget_overtaken,
    forget_segment_slices,
    keep_figures,
)
from interactions.processes.track_interaction import apply_silence, audit_sample, fire_due

_CLOCKS = 200
# Each may wait ten seconds for a mail server; all of them must fit into their lease.
_MESSAGES = 10
_QUESTIONS = 200


@shared_task(acks_late=True, ignore_result=True)
def fire_due_clocks() -> int:
    """Act on every clock that is due, batch by batch; safe to run in any number of workers."""
    now, passed_by = timezone.now(), set[int]()
    return rounds(lambda: fire_due(_CLOCKS, now, passed_by=passed_by))


@shared_task(acks_late=True, ignore_result=True)
def send_queued_messages() -> int:
    """Send what is queued, batch by batch; a message is leased by one worker at a time."""
    return rounds(lambda: send_due(_MESSAGES))


@shared_task(acks_late=True, ignore_result=True)
def apply_overdue_silence() -> int:
    """Carry out what silence means for every question whose answer is overdue."""
    return rounds(lambda: apply_silence(_QUESTIONS, timezone.now()))


@shared_task(ignore_result=True)
def refold_sample() -> int:
    """Fold a sample afresh and say aloud where what is stored differs; returns how many do."""
    return audit_sample()


@shared_task(ignore_result=True)
def forget_overtaken_figures() -> int:
    """Drop kept figures that changed rows reach into; returns how many."""
    return forget_overtaken()


@shared_task(acks_late=True, ignore_result=True)
def keep_ended_figures() -> int:
    """Work out figures of ended periods before somebody asks; returns how many are new."""
    forget_segment_slices()
    return keep_figures()
