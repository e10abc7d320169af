"""Celery doors of the partner face: tell listeners, forget what was kept for a while."""

import time
from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from crm.accounts.models import User
from crm.nudge import nudge
from crm.pruning import prune
from crm.tmf import callbacks, idempotency
from crm.tmf.models import ATTEMPTS_BEFORE_DEAD, HubDelivery, HubListener

_LEASE = timedelta(seconds=60)
_BUDGET_SECONDS = 40.0
_LISTENERS_PER_ROUND = 200
_LONGEST_WAIT = timedelta(hours=1)
_KEEP = timedelta(days=30)
_KEEP_TOKENS = timedelta(days=1)
# As often as the periodic job looks: what no worker took by then, it asks for again.
_ASKED_AGAIN_AFTER = 10.0


@shared_task(ignore_result=True)
def tell_listeners() -> None:
    """Find listeners that are owed something now; each gets a task of its own."""
    owed = HubDelivery.objects.due().in_turn().values_list("listener_id", flat=True).distinct()
    for listener_id in list(owed[:_LISTENERS_PER_ROUND]):
        if not nudge(tell_listener, listener_id):
            return


@shared_task(acks_late=True, ignore_result=True, expires=_ASKED_AGAIN_AFTER)
def tell_listener(listener_id: int) -> None:
    """Tell one listener what it is owed, in order per aggregate.

    It stops at the first failure, so a listener that is down costs one call a round and keeps
    nobody else waiting. Safe to run twice: a lease keeps a delivery to one worker at a time, and
    a partner to one worker, however many slow listeners it has.
    """
    until = time.monotonic() + _BUDGET_SECONDS
    told = False
    while time.monotonic() < until:
        delivery = _claim(listener_id)
        told = told or delivery is not None
        if delivery is None or not _deliver(delivery):
            break
    if told and (following := _another_of_its_owner(listener_id)):
        nudge(tell_listener, following)


def _another_of_its_owner(listener_id: int) -> int | None:
    """A listener of the same partner that waited while this one was told."""
    owner = HubListener.objects.filter(pk=listener_id).values("owner")
    waiting = HubDelivery.objects.due().in_turn().filter(listener__owner__in=owner)
    others = waiting.exclude(listener=listener_id).order_by("next_try_at")
    return others.values_list("listener_id", flat=True).first()


def _claim(listener_id: int) -> HubDelivery | None:
    with transaction.atomic():
        owner_id = HubListener.objects.values_list("owner_id", flat=True).get(pk=listener_id)
        # One after the other, or two workers would both see that nobody talks to this partner.
        User.objects.select_for_update(no_key=True, of=("self",)).get(pk=owner_id)
        if HubDelivery.objects.in_hand().filter(listener__owner=owner_id).exists():
            return None
        found = (
            HubDelivery.objects.due()
            .in_turn()
            .filter(listener_id=listener_id)
            .select_related("listener")
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("next_try_at", "id")
            .first()
        )
        if found:
            found.lease_until = timezone.now() + _LEASE
            found.save(update_fields=["lease_until"])
        return found


def _deliver(delivery: HubDelivery) -> bool:
    listener = delivery.listener
    if listener.removed_at:
        _close(delivery, dead_at=timezone.now(), last_error="The listener was removed.")
        return True
    outcome = callbacks.send(
        listener.callback,
        secret=listener.secret,
        event_id=str(delivery.body["eventId"]),
        body=delivery.body,
    )
    if outcome.delivered:
        _close(delivery, delivered_at=timezone.now(), status_code=outcome.status, last_error="")
        return True
    tries = delivery.attempts + 1
    wait = min(timedelta(seconds=5 * 2 ** (tries - 1)), _LONGEST_WAIT)
    _close(
        delivery,
        status_code=outcome.status,
        last_error=outcome.problem or f"The listener answered {outcome.status}.",
        next_try_at=timezone.now() + wait,
        dead_at=timezone.now() if tries >= ATTEMPTS_BEFORE_DEAD else None,
    )
    return False


def _close(delivery: HubDelivery, **found: object) -> None:
    HubDelivery.objects.filter(pk=delivery.pk, delivered_at=None).update(
        lease_until=None, attempts=F("attempts") + 1, **found
    )


@shared_task(ignore_result=True)
def forget_kept_answers() -> None:
    """Drop answers to repeated calls after a day, told events and dead ones after a month.

    What was given up holds the data of persons too, and is shown for as long.
    """
    now = timezone.now()
    idempotency.forget_old()
    prune(HubDelivery.objects.filter(delivered_at__lt=now - _KEEP))
    prune(HubDelivery.objects.filter(dead_at__lt=now - _KEEP))
    prune(get_access_token_model().objects.filter(expires__lt=now - _KEEP_TOKENS))
