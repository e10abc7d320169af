"""How an accepted version reaches everybody: stages, each with its share."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from readiness.models.capability import CapabilityVersion


class Introduction(models.Model):
    """The plan by which one version goes to general availability, and who owns it."""

    version = models.OneToOneField(CapabilityVersion, models.PROTECT, related_name="introduction")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    els_until = models.DateField(_("early-life support until"), null=True, blank=True)

    class Meta:
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")

    def __str__(self) -> str:
        return f"introduction {self.version_id}"


class Stage(models.Model):
    """One step of exposure; a percentage of units picked by a fixed hash."""

    introduction = models.ForeignKey(Introduction, models.CASCADE, related_name="stages")
    order = models.PositiveSmallIntegerField(_("order"))
    percent = models.DecimalField(_("share, per cent"), max_digits=5, decimal_places=2)
    min_hours = models.PositiveIntegerField(_("at least hours"), default=0)
    entered_at = models.DateTimeField(_("entered at"), null=True, blank=True)
    exited_at = models.DateTimeField(_("left at"), null=True, blank=True)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["introduction", "order"], name="stage_order_once_per_introduction"
            ),
            models.CheckConstraint(
                name="stage_share_is_a_percentage",
                condition=Q(percent__gte=0) & Q(percent__lte=100),
            ),
        ]
        triggers = [pgtrigger.ReadOnly(name="plan_is_fixed", fields=["percent", "order"])]

    def __str__(self) -> str:
        return f"{self.percent}%"
