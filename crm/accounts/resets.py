"""A new password for somebody who lost theirs: a signed link to the work e-mail address.

Asking does the same for an address we know and for one we don't, so that neither the page nor its
time tells them apart; a task looks the person up and sends.
"""

from datetime import timedelta

import structlog
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from crm.accounts.models import ResetRequest, User
from crm.accounts.sign_ins import digest
from crm.languages import spoken
from crm.nudge import nudge
from crm.rounds import rounds

WINDOW = timedelta(hours=1)
PER_EMAIL = 3
# An office behind one address where many forgot theirs over the holidays still gets in.
PER_ADDRESS = 30


def ask(email: str, address: str) -> None:
    """Note that somebody asked for a link; beyond the limit nothing happens, and looks the same."""
    from crm.accounts.tasks import answer_reset_requests

    email = email.strip()
    recent = ResetRequest.objects.filter(asked_at__gt=timezone.now() - WINDOW)
    if (
        recent.filter(typed=digest(email)).count() >= PER_EMAIL
        or recent.filter(address=address).count() >= PER_ADDRESS
    ):
        structlog.get_logger(__name__).warning("reset.too_many", address=address)
        return
    ResetRequest.objects.create(email=email, typed=digest(email), address=address)
    transaction.on_commit(lambda: nudge(answer_reset_requests))


def answer_all() -> int:
    """Answer every open request; safe to run in any number of workers."""
    return rounds(_answer_one)


def _answer_one() -> int:
    email = _taken()
    if email is None:
        return 0
    for person in _people(email):
        try:
            _send_link(person)
        except OSError as problem:
            # Asked again by the person, not by us: a link that comes much later alarms.
            structlog.get_logger(__name__).error("reset.not_sent", problem=repr(problem))
    return 1


@transaction.atomic
def _taken() -> str | None:
    """Take the oldest request before its mail goes: a mail server holds no lock of ours.

    Killed between the two, the person asks again; nobody gets two links.
    """
    open_ones = ResetRequest.objects.filter(answered_at=None).order_by("asked_at")
    request = open_ones.select_for_update(skip_locked=True).first()
    if request is None:
        return None
    email = request.email
    request.email, request.answered_at = "", timezone.now()
    request.save(update_fields=["email", "answered_at"])
    return email


def _people(email: str) -> list[User]:
    found = User.objects.filter(email__iexact=email, is_active=True, is_partner=False)
    return [one for one in found if one.has_usable_password()]


def _send_link(person: User) -> None:
    parts = {
        "uidb64": urlsafe_base64_encode(force_bytes(person.pk)),
        "token": default_token_generator.make_token(person),
    }
    path = reverse("web:reset_confirm", kwargs=parts)
    with translation.override(spoken(person.language)):
        context = {
            "person": person,
            "brand": settings.CRM_BRAND,
            # Never the Host header: whoever sends one could have the link point anywhere.
            "link": settings.CRM_PUBLIC_URL.rstrip("/") + path,
            "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
        }
        EmailMessage(
            subject=_("Choose a new password for %(brand)s") % {"brand": settings.CRM_BRAND},
            body=render_to_string("crm/mail/reset.txt", context),
            to=[person.email],
        ).send()
