"""Celery doors of the frame around every page."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from crm.pruning import prune
from crm.web.models import AgentNotice

_KEEP = timedelta(days=90)


@shared_task(ignore_result=True)
def forget_old_notices() -> None:
    """Forget what staff were told on screen three months ago; the events stay."""
    prune(AgentNotice.objects.filter(created_at__lt=timezone.now() - _KEEP))
