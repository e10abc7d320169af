"""What a party allowed, for which purpose, over which channel, and the proof of it."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.ids import new_id
from customers.models.party import Party


class ConsentPurpose(models.Model):
    """One purpose of the consent catalogue, with what holds while nobody was asked."""

    class Basis(models.TextChoices):
        CONSENT = "consent", _("Consent")
        CONTRACT = "contract", _("Contract")
        LEGAL = "legal-obligation", _("Legal obligation")
        INTEREST = "legitimate-interest", _("Legitimate interest")

    key = models.SlugField(_("key"), unique=True)
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    name = models.CharField(_("purpose"), max_length=120)
    description = models.TextField(_("what it means"), blank=True)
    basis = models.CharField(_("basis"), max_length=20, choices=Basis, default=Basis.CONSENT)
    allowed_by_default = models.BooleanField(_("allowed unless refused"), default=False)

    class Meta:
        verbose_name = _("purpose")
        verbose_name_plural = _("purposes")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name


class ConsentQuerySet(models.QuerySet["Consent"]):
    def in_force(self) -> Self:
        return self.filter(superseded_at=None)


class Consent(models.Model):
    """One answer of a party; a later answer supersedes it and both stay."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    party = models.ForeignKey(Party, models.PROTECT, related_name="consents")
    purpose = models.ForeignKey(ConsentPurpose, models.PROTECT, related_name="consents")
    channel = models.CharField(_("channel"), max_length=20, default="any")
    given = models.BooleanField(_("given"))
    captured_at = models.DateTimeField(_("captured at"), default=timezone.now)
    captured_by = models.CharField(_("captured by"), max_length=150)
    source = models.CharField(_("source"), max_length=60)
    wording = models.TextField(_("what was shown or said"), blank=True)
    interaction = models.UUIDField(_("in the contact"), null=True, blank=True)
    superseded_at = models.DateTimeField(_("superseded at"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["party", "purpose", "channel"],
                name="consent_one_answer_in_force",
                condition=Q(superseded_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose_id} {self.channel} {'yes' if self.given else 'no'}"
