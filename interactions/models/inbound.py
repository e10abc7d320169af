"""What the channels handed us, kept raw before anything else is done with it."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.ids import new_id
from interactions.models.interaction import Interaction
from interactions.models.message import Message


class InboundQuerySet(models.QuerySet["Inbound"]):
    def waiting(self, now: datetime) -> "InboundQuerySet":
        """Kept, not yet filed, and not in anybody's hands."""
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        return self.filter(free, state=Inbound.State.RECEIVED, available_at__lte=now)

    def lock(self, pk: int) -> "Inbound":
        return self.select_for_update(of=("self",)).get(pk=pk)


class Inbound(models.Model):
    """One delivery at one of our doors: a mail, an SMS, an event; the same again is one row."""

    class State(models.TextChoices):
        RECEIVED = "received", _("To be filed")
        FILED = "filed", _("Filed")
        HELD = "held", _("Held back")
        DISCARDED = "discarded", _("Discarded")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    channel = models.CharField(_("channel"), max_length=20)
    # Which of our doors: a mailbox, or the hook of a provider.
    source = models.CharField(_("door"), max_length=60)
    digest = models.CharField(_("digest of what came"), max_length=64)
    raw = models.BinaryField(_("as it came"))
    size = models.PositiveIntegerField(_("size"), default=0)
    about = models.JSONField(_("said by the door"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    because = models.CharField(_("because"), max_length=200, blank=True)
    code = models.CharField(_("reason"), max_length=40, blank=True)
    sender = models.CharField(_("from"), max_length=320, blank=True)
    sender_name = models.CharField(_("sender's name"), max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    wire_id = models.CharField(_("sender's own id"), max_length=250, blank=True)
    # What the channel itself holds together: a chat, a number, a symptom of a device.
    conversation = models.CharField(
        _("conversation"), max_length=250, blank=True, default="", db_default=""
    )
    machine = models.CharField(_("sign of a machine"), max_length=80, blank=True)
    interaction = models.ForeignKey(
        Interaction, models.PROTECT, related_name="arrivals", null=True, blank=True
    )
    message = models.ForeignKey(
        Message, models.PROTECT, related_name="arrivals", null=True, blank=True
    )
    # Quoted by somebody who has no part in it: offered to a person, never joined by itself.
    suggested_id = models.BigIntegerField(_("may belong to"), null=True, blank=True)
    capability_version = models.ForeignKey(
        "readiness.CapabilityVersion", models.PROTECT, related_name="+", null=True, blank=True
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    available_at = models.DateTimeField(_("not before"), default=timezone.now)
    lease_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    lease_token = models.UUIDField(_("leased by"), null=True, blank=True)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    kept_at = models.DateTimeField(_("kept at"), default=timezone.now)
    filed_at = models.DateTimeField(_("filed at"), null=True, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = InboundQuerySet.as_manager()

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        permissions = [("decide_inbound", "Can decide what happens with what came in")]
        constraints = [
            models.UniqueConstraint(fields=["source", "digest"], name="inbound_once_per_door"),
            models.CheckConstraint(
                name="inbound_state_known",
                condition=Q(state__in=["received", "filed", "held", "discarded"]),
            ),
            models.CheckConstraint(
                name="inbound_filed_means_dated",
                condition=~Q(state="filed") | Q(filed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="inbound_held_means_explained", condition=~Q(state="held") | ~Q(because="")
            ),
        ]
        indexes = [
            models.Index(
                fields=["available_at"], name="inbound_queue", condition=Q(state="received")
            ),
            models.Index(fields=["-received_at"], name="inbound_held", condition=Q(state="held")),
            models.Index(fields=["sender", "-received_at"], name="inbound_by_sender"),
            models.Index(fields=["channel", "-received_at"], name="inbound_by_channel"),
            models.Index(fields=["interaction"], name="inbound_by_interaction"),
            models.Index(
                fields=["channel", "conversation", "-received_at"],
                name="inbound_by_conversation",
                condition=~Q(conversation=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.digest[:12]}"


class MailboxCursor(models.Model):
    """How far a mailbox has been read, and who is reading it now."""

    name = models.CharField(_("mailbox"), max_length=60, primary_key=True)
    uidvalidity = models.BigIntegerField(_("validity of its numbers"), default=0)
    last_uid = models.BigIntegerField(_("read up to"), default=0)
    lease_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    lease_token = models.UUIDField(_("leased by"), null=True, blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")

    def __str__(self) -> str:
        return self.name


class CarrierState(models.Model):
    """Whether what carries a channel's messages can be reached, and when it is tried again."""

    channel = models.CharField(_("channel"), max_length=20, primary_key=True)
    away_until = models.DateTimeField(_("not tried before"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("last sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("carrier")
        verbose_name_plural = _("carriers")

    def __str__(self) -> str:
        return self.channel
