"""Checks: whether a contact point reaches its owner, and whether a caller is who they say."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.ids import new_id
from customers.models.contact import ContactMedium
from customers.models.customer import Customer


class CheckState(models.TextChoices):
    PENDING = "pending", _("Waits for the code")
    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Failed")
    REPLACED = "replaced", _("Replaced by a newer one")


_STATES = ["pending", "passed", "failed", "replaced"]


class ContactCheck(models.Model):
    """One attempt to verify a contact point; of a code only its hash is kept."""

    class Method(models.TextChoices):
        EMAIL_CODE = "email-code", _("Code by e-mail")
        SMS_CODE = "sms-code", _("Code by SMS")
        CALL_BACK = "call-back", _("Call-back")
        DOCUMENT = "document", _("Document")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    medium = models.ForeignKey(ContactMedium, models.PROTECT, related_name="checks")
    method = models.CharField(_("method"), max_length=10, choices=Method)
    state = models.CharField(
        _("state"), max_length=8, choices=CheckState, default=CheckState.PENDING
    )
    code_hash = models.CharField(_("hash of the code"), max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    reference = models.CharField(_("seen or said"), max_length=120, blank=True)
    actor_id = models.BigIntegerField(_("actor"), null=True)
    actor_name = models.CharField(_("by"), max_length=150)
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("check of a contact point")
        verbose_name_plural = _("checks of contact points")
        constraints = [
            models.CheckConstraint(name="contactcheck_state_known", condition=Q(state__in=_STATES)),
            models.UniqueConstraint(
                fields=["medium"],
                name="contactcheck_one_waits",
                condition=Q(state="pending"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.state}"


class CallerCheckQuerySet(models.QuerySet["CallerCheck"]):
    def standing(self, *, customer_id: int, actor_id: int | None, now: datetime) -> Self:
        """What an agent has established about the caller they have now."""
        return self.filter(
            customer=customer_id,
            actor_id=actor_id,
            state=CheckState.PASSED,
            stands_until__gt=now,
        )


class CallerCheck(models.Model):
    """One attempt to find out whether a caller is the customer; answers themselves are not kept."""

    class Method(models.TextChoices):
        QUESTIONS = "questions", _("Questions")
        CODE = "code", _("One-time code")
        DOCUMENT = "document", _("Document seen")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="caller_checks")
    method = models.CharField(_("method"), max_length=10, choices=Method)
    state = models.CharField(
        _("state"), max_length=8, choices=CheckState, default=CheckState.PENDING
    )
    level = models.PositiveSmallIntegerField(_("level reached"), default=0)
    asked = models.JSONField(_("asked, and whether right"), default=dict, blank=True)
    medium = models.ForeignKey(
        ContactMedium, models.PROTECT, related_name="+", null=True, blank=True
    )
    code_hash = models.CharField(_("hash of the code"), max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    reference = models.CharField(_("seen or said"), max_length=120, blank=True)
    actor_id = models.BigIntegerField(_("actor"), null=True)
    actor_name = models.CharField(_("by"), max_length=150)
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    stands_until = models.DateTimeField(_("stands until"), null=True, blank=True)

    objects = CallerCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("check of a caller")
        verbose_name_plural = _("checks of callers")
        constraints = [
            models.CheckConstraint(name="callercheck_state_known", condition=Q(state__in=_STATES)),
            models.CheckConstraint(
                name="callercheck_level_of_three", condition=Q(level__gte=0, level__lte=3)
            ),
        ]
        indexes = [models.Index(fields=["customer", "-started_at"], name="callercheck_by_customer")]

    def __str__(self) -> str:
        return f"{self.method} {self.state}"
