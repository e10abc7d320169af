"""Celery doors of interactions: the duty before the deadline, the sender, and the auditor."""

from celery import shared_task
from django.utils import timezone

from interactions.processes.notify_customer import send_due
from interactions.processes.track_interaction import apply_silence, audit_sample, fire_due

_CLOCKS = 200
_MESSAGES = 50
_QUESTIONS = 200


@shared_task(acks_late=True, ignore_result=True)
def fire_due_clocks() -> int:
    """Act on every clock that is due, batch by batch; safe to run in any number of workers."""
    now, passed_by, acted = timezone.now(), set[int](), 0
    while claimed := fire_due(_CLOCKS, now, passed_by=passed_by):
        acted += claimed
    return acted


@shared_task(acks_late=True, ignore_result=True)
def send_queued_messages() -> int:
    """Send what is queued, batch by batch; a message is leased by one worker at a time."""
    sent = 0
    while leased := send_due(_MESSAGES):
        sent += leased
    return sent


@shared_task(acks_late=True, ignore_result=True)
def apply_overdue_silence() -> int:
    """Carry out what silence means for every question whose answer is overdue."""
    return apply_silence(_QUESTIONS, timezone.now())


@shared_task(ignore_result=True)
def refold_sample() -> int:
    """Fold a sample afresh and say aloud where what is stored differs; returns how many do."""
    return audit_sample()
