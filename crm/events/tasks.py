"""Celery doors of the event log: deliver, sweep, prune, heartbeat."""

import time
from collections.abc import Iterable
from datetime import timedelta

import structlog
from celery import shared_task
from django.db import transaction
from django.utils import timezone

from crm.errors import without_rows
from crm.events.models import Delivery, Heartbeat
from crm.events.nudge import deliver_soon
from crm.nudge import nudge
from crm.pruning import prune

# Well below the soft limit of a task.
_BUDGET_SECONDS = 60.0
_SWEEP_BATCH = 500
_KEEP = timedelta(days=30)


@shared_task(acks_late=True, ignore_result=True)
def deliver(delivery_id: int) -> None:
    """Hand one event to one handler, then have the next in its turn made.

    Safe to run twice or in two workers: the handler's writes and `done_at` commit together, and
    a second run finds nothing to claim.
    """
    if made := _make(delivery_id):
        _nudge_following([made])


@shared_task(acks_late=True, ignore_result=True)
def deliver_these(delivery_ids: list[int]) -> None:
    """Make the deliveries of one transaction, in their order; what fails holds up no other.

    What the time does not suffice for is left to another task.
    """
    until = time.monotonic() + _BUDGET_SECONDS
    made: dict[tuple[str, str], Delivery] = {}
    for at, delivery_id in enumerate(delivery_ids):
        if time.monotonic() > until:
            deliver_soon(delivery_ids[at:])
            break
        try:
            if one := _make(delivery_id):
                made[one.handler, one.aggregate] = one
        except Exception:
            # Kept with the delivery too, where a person sees it.
            structlog.get_logger(__name__).exception("delivery.failed", delivery=delivery_id)
    _nudge_following(made.values())


def _make(delivery_id: int) -> Delivery | None:
    try:
        with transaction.atomic():
            if delivery := Delivery.objects.claim(delivery_id):
                delivery.run()
            return delivery
    except Exception as problem:
        # Whatever went wrong in the handler, keep the delivery and try later.
        Delivery.objects.waiting().filter(pk=delivery_id).postpone(without_rows(problem))
        raise


def _nudge_following(made: Iterable[Delivery]) -> None:
    """Have those made that waited for their turn behind these.

    Asked after the commit: what another transaction publishes from now on finds its way free.
    """
    following = [Delivery.objects.following(one) for one in made]
    if waiting := [one.pk for one in following if one]:
        deliver_soon(waiting)


@shared_task(acks_late=True, ignore_result=True)
def sweep() -> None:
    """Find what is due and was not nudged: the guarantee behind every event."""
    due = Delivery.objects.due().in_turn().order_by("id").values_list("pk", flat=True)
    for delivery_id in list(due[:_SWEEP_BATCH]):
        if not nudge(deliver, delivery_id):
            return


@shared_task(ignore_result=True)
def prune_deliveries() -> None:
    """Forget what was delivered a month ago; the events themselves stay."""
    prune(Delivery.objects.filter(done_at__lt=timezone.now() - _KEEP))


@shared_task(ignore_result=True)
def heartbeat() -> None:
    """Show that beat and a worker both live."""
    Heartbeat.objects.update_or_create(name="beat", defaults={"beaten_at": timezone.now()})
