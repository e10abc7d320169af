"""Celery doors of customer insight."""

from celery import shared_task

from crm.access import SYSTEM
from customers.insight.models import Profile
from customers.insight.processes.build_insight import build_profiles

_BATCH = 2_000


@shared_task(acks_late=True, ignore_result=True)
def refresh_profiles(after: int = 0) -> None:
    """Let every profile age, and forget what sources that were switched off said.

    One batch a task; the next is asked for at the end, so that a lost one is taken up tomorrow.
    """
    following = Profile.objects.filter(pk__gt=after).order_by("pk")
    ids = list(following.values_list("pk", flat=True)[:_BATCH])
    if ids:
        build_profiles(customer_ids=ids, actor=SYSTEM)
    if len(ids) == _BATCH:
        refresh_profiles.delay(after=ids[-1])
