"""Who else has a part in a customer relationship, from when until when."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.audit.history import tracked
from crm.ids import new_id
from customers.models.customer import Customer
from customers.models.party import Party


class CustomerRoleQuerySet(models.QuerySet["CustomerRole"]):
    def at(self, moment: datetime) -> Self:
        """Those in force at a moment."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=moment), valid_from__lte=moment)


@tracked(exclude=())
class CustomerRole(models.Model):
    """A part that a party plays for a customer (SID PartyRole), dated."""

    class Role(models.TextChoices):
        PAYER = "payer", _("Pays")
        USER = "user", _("Uses a service")
        OWNER = "owner", _("Owns the contract")
        AUTHORISED = "authorised-contact", _("Authorised contact")
        GUARDIAN = "guardian", _("Guardian")
        LEGAL = "legal-representative", _("Legal representative")
        DECIDES = "decision-maker", _("Decides")
        FLEET = "fleet-manager", _("Fleet manager")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="roles")
    party = models.ForeignKey(Party, models.PROTECT, related_name="roles")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    note = models.CharField(_("note"), max_length=200, blank=True)
    valid_from = models.DateTimeField(_("from"), default=timezone.now)
    valid_to = models.DateTimeField(_("until"), null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, db_default=Now(), editable=False)

    objects = CustomerRoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.CheckConstraint(
                name="customerrole_known",
                condition=Q(
                    role__in=[
                        "payer",
                        "user",
                        "owner",
                        "authorised-contact",
                        "guardian",
                        "legal-representative",
                        "decision-maker",
                        "fleet-manager",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="customerrole_ends_after_start",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
            models.UniqueConstraint(
                fields=["customer", "party", "role"],
                name="customerrole_stands_once",
                condition=Q(valid_to=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.party_id}"
