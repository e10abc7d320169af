"""What partner systems call a trouble ticket, and the messages they ask us to send."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access import Actor
from crm.ids import new_id
from customers.models.revision import BUMP
from interactions.models.interaction import Interaction
from interactions.models.message import Message


class TroubleTicketQuerySet(models.QuerySet["TroubleTicket"]):
    def visible_to(self, actor: Actor) -> Self:
        """Tickets of the interactions the actor may see."""
        return self.filter(
            removed_at=None, interaction__in=Interaction.objects.visible_to(actor).values("pk")
        )


class TroubleTicket(models.Model):
    """An interaction as a partner opened it by TMF621: the same matter, in a ticket's words."""

    interaction = models.OneToOneField(
        Interaction, models.PROTECT, primary_key=True, related_name="ticket"
    )
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    severity = models.CharField(_("severity"), max_length=60)
    ticket_type = models.CharField(_("type"), max_length=120)
    as_given = models.JSONField(_("attributes kept as given"), default=dict, blank=True)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = TroubleTicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("trouble ticket")
        verbose_name_plural = _("trouble tickets")
        triggers = [BUMP]

    def __str__(self) -> str:
        return str(self.public_id)


class CommunicationQuerySet(models.QuerySet["Communication"]):
    def due(self, now: datetime) -> Self:
        """Planned for a time that has come, and neither called off nor taken up yet."""
        return self.filter(
            state=Communication.State.INITIAL, message=None, removed_at=None, send_at__lte=now
        )

    def visible_to(self, actor: Actor) -> Self:
        """One's own, and everything for those who may see every interaction."""
        standing = self.filter(removed_at=None)
        if actor.has_perm("interactions.view_all_interactions"):
            return standing
        if actor.has_perm("interactions.view_interaction"):
            return standing.filter(asked_by=actor.pk)
        return self.none()


class Communication(models.Model):
    """A message a partner asked us to send by TMF681; sent only to customers who may be told."""

    class State(models.TextChoices):
        INITIAL = "initial", _("Not sent")
        IN_PROGRESS = "inProgress", _("Being sent")
        COMPLETED = "completed", _("Sent")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    interaction = models.ForeignKey(
        Interaction, models.PROTECT, related_name="communications", null=True, blank=True
    )
    message = models.OneToOneField(
        Message, models.PROTECT, related_name="communication", null=True, blank=True
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.INITIAL)
    # Set while it waits for the time its partner named; only then is it decided where it goes.
    send_at = models.DateTimeField(_("to be sent at"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("failed tries"), default=0, db_default=0)
    because = models.CharField(_("because"), max_length=200, blank=True)
    asked_by = models.BigIntegerField(_("asked by"), null=True, blank=True)
    as_given = models.JSONField(_("attributes kept as given"), default=dict, blank=True)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = CommunicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("message of a partner")
        verbose_name_plural = _("messages of partners")
        constraints = [
            models.CheckConstraint(
                name="communication_state_known",
                condition=Q(
                    state__in=["initial", "inProgress", "completed", "cancelled", "failed"]
                ),
            ),
            models.CheckConstraint(
                name="communication_planned_belongs_to_a_matter",
                condition=Q(send_at=None) | Q(interaction__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["send_at"],
                name="communication_planned",
                condition=Q(state="initial", message=None, send_at__isnull=False),
            )
        ]
        triggers = [BUMP]

    def __str__(self) -> str:
        return str(self.public_id)
