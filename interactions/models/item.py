"""Several subjects of one contact, each with its own outcome (TMF683 interactionItem)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.ids import new_id
from interactions.models.interaction import Interaction, Reason


class InteractionItem(models.Model):
    """One subject within an interaction: what it is about, and what came of it."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="items")
    number = models.PositiveSmallIntegerField(_("number"))
    reason = models.ForeignKey(Reason, models.PROTECT, related_name="+", null=True, blank=True)
    subject = models.CharField(_("subject"), max_length=250)
    entity_type = models.CharField(_("about a"), max_length=60, blank=True)
    entity_id = models.CharField(_("with the id"), max_length=120, blank=True)
    outcome = models.CharField(_("outcome"), max_length=30, blank=True)
    note = models.TextField(_("note"), blank=True)
    opened_at = models.DateTimeField(_("opened at"), default=timezone.now)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("subject of an interaction")
        verbose_name_plural = _("subjects of an interaction")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["interaction", "number"], name="interactionitem_once_per_number"
            ),
            models.CheckConstraint(
                name="interactionitem_settled_means_outcome",
                condition=Q(settled_at=None, outcome="")
                | (Q(settled_at__isnull=False) & ~Q(outcome="")),
            ),
        ]

    def __str__(self) -> str:
        return self.subject
