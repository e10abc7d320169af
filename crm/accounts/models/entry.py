"""Tries to come in: what the lock counts. Names are kept as digests, never as typed."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SignInTryQuerySet(models.QuerySet["SignInTry"]):
    def bad_since(self, moment: datetime) -> Self:
        return self.filter(succeeded=False, at__gt=moment)


class SignInTry(models.Model):
    """One try to sign in, and how it ended."""

    typed = models.CharField(_("typed name"), max_length=32)
    identity = models.CharField(_("person behind it"), max_length=32, blank=True)
    address = models.CharField(_("address"), max_length=45)
    succeeded = models.BooleanField(_("succeeded"), default=False)
    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)

    objects = SignInTryQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        indexes = [
            models.Index(fields=["typed", "at"], name="signintry_by_name"),
            models.Index(fields=["identity", "at"], name="signintry_by_identity"),
            models.Index(fields=["address", "at"], name="signintry_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.at:%Y-%m-%d %H:%M}"


class ResetRequest(models.Model):
    """Somebody who lost a password asked for a link; known and unknown addresses look alike."""

    email = models.EmailField(_("e-mail"), blank=True)
    typed = models.CharField(_("typed e-mail"), max_length=32)
    address = models.CharField(_("address"), max_length=45)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, db_index=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("password request")
        verbose_name_plural = _("password requests")
        constraints = [
            # Whose request is answered is nobody's business any more.
            models.CheckConstraint(
                name="resetrequest_answered_means_forgotten",
                condition=models.Q(answered_at=None) | models.Q(email=""),
            )
        ]
        indexes = [
            models.Index(fields=["typed", "asked_at"], name="resetrequest_by_email"),
            models.Index(fields=["address", "asked_at"], name="resetrequest_by_address"),
            models.Index(
                fields=["asked_at"],
                name="resetrequest_open",
                condition=models.Q(answered_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.asked_at:%Y-%m-%d %H:%M}"
