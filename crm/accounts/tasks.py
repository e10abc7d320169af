"""Celery doors of people and their sign-in."""

from datetime import timedelta

from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

from crm.accounts import resets
from crm.accounts.models import ResetRequest, SignInTry
from crm.accounts.sign_ins import REGULAR
from crm.pruning import prune

_KEEP_REQUESTS = timedelta(days=1)


@shared_task(acks_late=True, ignore_result=True)
def answer_reset_requests() -> None:
    """Send the links that people who lost their password asked for."""
    resets.answer_all()


@shared_task(ignore_result=True)
def forget_old_entries() -> None:
    """Forget ended sessions, tries to sign in after a month, password requests after a day."""
    now = timezone.now()
    prune(Session.objects.filter(expire_date__lt=now))
    prune(SignInTry.objects.filter(at__lt=now - REGULAR))
    prune(ResetRequest.objects.filter(asked_at__lt=now - _KEEP_REQUESTS))
