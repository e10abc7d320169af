"""Reasons why a record must stay: placed and released by whoever still needs it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.customer import Customer


class Hold(models.Model):
    """Somebody still needs this customer online: an open interaction, a dispute, a legal hold."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="holds")
    kind = models.CharField(_("kind"), max_length=40)
    reference = models.CharField(_("reference"), max_length=80)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    placed_at = models.DateTimeField(_("placed at"), default=timezone.now)
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind", "reference"],
                name="hold_stands_once",
                condition=Q(released_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
