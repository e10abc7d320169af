"""Celery doors of the event log: deliver, sweep, prune, heartbeat."""

from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from crm.events.models import Delivery, Heartbeat

_SWEEP_BATCH = 500
_KEEP = timedelta(days=30)


@shared_task(acks_late=True, ignore_result=True)
def deliver(delivery_id: int) -> None:
    """Hand one event to one handler.

    Safe to run twice or in two workers: the handler's writes and `done_at` commit together, and
    a second run finds nothing to claim.
    """
    try:
        with transaction.atomic():
            if delivery := Delivery.objects.claim(delivery_id):
                delivery.run()
    except Exception as problem:
        # Whatever went wrong in the handler, keep the delivery and try later.
        Delivery.objects.waiting().filter(pk=delivery_id).postpone(repr(problem))
        raise


@shared_task(acks_late=True, ignore_result=True)
def sweep() -> None:
    """Find what is due and was not nudged: the guarantee behind every event."""
    due = Delivery.objects.due().in_turn().order_by("id").values_list("pk", flat=True)
    for delivery_id in list(due[:_SWEEP_BATCH]):
        deliver.delay(delivery_id)


@shared_task(ignore_result=True)
def prune_deliveries() -> None:
    """Forget what was delivered a month ago; the events themselves stay."""
    old = Delivery.objects.filter(done_at__lt=timezone.now() - _KEEP)
    while batch := list(old.values_list("pk", flat=True)[:5000]):
        Delivery.objects.filter(pk__in=batch).delete()


@shared_task(ignore_result=True)
def heartbeat() -> None:
    """Show that beat and a worker both live."""
    Heartbeat.objects.update_or_create(name="beat", defaults={"beaten_at": timezone.now()})
