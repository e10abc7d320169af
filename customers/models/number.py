"""A number that went from one party to another: what left with it, and whether it came back."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.ids import new_id
from customers.models.orders import Order
from customers.models.party import Identifier, Party


class NumberMove(models.Model):
    """Who had a number, who has it now, and the rows that ended with it, as they stood."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Identifier.Kind)
    value = models.CharField(_("value"), max_length=120)
    origin = models.ForeignKey(
        Party, models.PROTECT, related_name="numbers_left", null=True, blank=True
    )
    target = models.ForeignKey(Party, models.PROTECT, related_name="numbers_come")
    # Told by an order system, or nothing when somebody moved it by hand.
    order = models.ForeignKey(
        Order, models.PROTECT, related_name="numbers_taken", null=True, blank=True
    )
    given = models.ForeignKey(Identifier, models.PROTECT, related_name="+")
    # Rows that ended: table, id, and the columns before and after.
    ended = models.JSONField(_("ended with it"), default=list, blank=True)
    # Services that were begun at the new holder.
    begun = models.JSONField(_("begun with it"), default=list, blank=True)
    reason = models.CharField(_("why"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    by_name = models.CharField(_("by"), max_length=150)
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    undone_by = models.CharField(_("taken back by"), max_length=150, blank=True)
    undone_because = models.CharField(_("taken back because"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("number that moved")
        verbose_name_plural = _("numbers that moved")
        constraints = [
            models.CheckConstraint(
                name="numbermove_goes_to_somebody_else",
                condition=Q(origin=None) | ~Q(origin=F("target")),
            ),
            models.CheckConstraint(
                name="numbermove_by_hand_says_why", condition=~Q(order=None) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="numbermove_undone_says_why",
                condition=(Q(undone_at=None) & Q(undone_because=""))
                | (Q(undone_at__isnull=False) & ~Q(undone_because="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
