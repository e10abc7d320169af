"""Fields an installation adds to its matters, by what they are about."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.models import AttributeRules
from interactions.models.interaction import Interaction, Reason


class OwnFieldQuerySet(models.QuerySet["OwnField"]):
    def for_matter(self, interaction: Interaction) -> Self:
        """Those that speak of a matter of this kind, retired ones included."""
        return self.filter(
            Q(vertical="") | Q(vertical__in=interaction.verticals),
            Q(reason=None) | Q(reason=interaction.reason_id),
        )

    def in_use(self) -> Self:
        return self.filter(retired_at=None)


class OwnField(AttributeRules):
    """One field of matters: its type and rules; values are characteristics of each matter.

    A required one is asked for when a matter is completed, not before.
    """

    class Vertical(models.TextChoices):
        ANY = "", _("Every vertical")
        FULFILMENT = "fulfilment", _("Fulfilment")
        ASSURANCE = "assurance", _("Assurance")
        BILLING = "billing", _("Billing")

    vertical = models.CharField(
        _("speaks of"), max_length=12, choices=Vertical, default=Vertical.ANY, blank=True
    )
    reason = models.ForeignKey(
        Reason,
        models.PROTECT,
        verbose_name=_("only for the reason"),
        related_name="+",
        null=True,
        blank=True,
    )

    objects = OwnFieldQuerySet.as_manager()

    class Meta:
        verbose_name = _("field of interactions")
        verbose_name_plural = _("fields of interactions")
        ordering = ["order", "key"]
        constraints = [
            models.CheckConstraint(
                name="ownfield_type_known",
                condition=Q(value_type__in=["text", "number", "whole", "date", "flag", "choice"]),
            ),
            models.CheckConstraint(
                name="ownfield_least_below_most",
                condition=Q(least=None) | Q(most=None) | Q(most__gte=F("least")),
            ),
        ]
