"""Who takes part in a matter besides its customer and its owner, and as what."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.ids import new_id
from interactions.models.interaction import Interaction


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def taking_part(self) -> Self:
        return self.filter(removed_at=None)


class Participant(models.Model):
    """Somebody with a part in a matter: what they write to it is read there.

    One whom a partner's document named stands in that document too (`given`).
    """

    class Role(models.TextChoices):
        CONTACT = "contact", _("Contact person")
        ON_BEHALF_OF = "onBehalfOf", _("On whose behalf")
        INITIATOR = "initiator", _("Who began it")
        AGENT = "agent", _("Works on it too")
        CUSTOMER = "customer", _("Customer too")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="participants")
    role = models.CharField(_("as"), max_length=10, choices=Role, default=Role.CONTACT)
    # No constraint in the database: a party goes to the archive on its own day.
    party = models.ForeignKey(
        "customers.Party",
        models.DO_NOTHING,
        related_name="+",
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
    )
    name = models.CharField(_("name"), max_length=160, blank=True)
    address = models.CharField(_("address or number"), max_length=320, blank=True)
    copied = models.BooleanField(_("gets our replies in copy"), default=False)
    given = models.BooleanField(_("named by a partner"), default=False)
    added_by = models.CharField(_("added by"), max_length=150)
    added_at = models.DateTimeField(_("added at"), default=timezone.now)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="participant_role_known",
                condition=Q(role__in=["contact", "onBehalfOf", "initiator", "agent", "customer"]),
            ),
            models.CheckConstraint(
                name="participant_is_somebody",
                condition=Q(party__isnull=False) | ~Q(name="") | ~Q(address=""),
            ),
            models.UniqueConstraint(
                "interaction",
                Lower("address"),
                name="participant_once_per_address",
                condition=Q(removed_at=None) & ~Q(address=""),
            ),
            models.UniqueConstraint(
                fields=["interaction", "party"],
                name="participant_once_per_party",
                condition=Q(removed_at=None, party__isnull=False),
            ),
        ]
        indexes = [
            # A merge of records takes the places of a party along.
            models.Index(
                fields=["party"],
                name="participant_by_party",
                condition=Q(party__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.interaction_id} {self.role}"
