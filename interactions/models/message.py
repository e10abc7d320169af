"""What was said in an interaction; outgoing messages carry their own way to delivery."""

from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.ids import new_id
from interactions.models import figures
from interactions.models.interaction import Interaction


class Message(models.Model):
    """One message or note. Outgoing ones are planned here and sent by a worker, once each."""

    class Kind(models.TextChoices):
        PUBLIC = "public", _("Message")
        NOTE = "note", _("Note")
        NOTICE = "notice", _("Automatic notice")
        STAFF = "staff", _("To a colleague")

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")
        DROPPED = "dropped", _("Not sent")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="messages")
    # Set when the message is about a promise: it is not sent once that promise is over.
    clock = models.ForeignKey(
        "interactions.SlaClock", models.PROTECT, related_name="+", null=True, blank=True
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.PUBLIC)
    direction = models.CharField(_("direction"), max_length=8, choices=Interaction.Direction)
    channel = models.CharField(_("channel"), max_length=20)
    contact_medium_id = models.BigIntegerField(_("contact point"), null=True, blank=True)
    recipient = models.CharField(_("to"), max_length=320, blank=True)
    author_name = models.CharField(_("by"), max_length=150)
    language = models.CharField(_("language"), max_length=12, blank=True)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    body = models.TextField(_("text"))
    # What came, with all it quotes; empty when `body` is all of it.
    whole = models.TextField(_("text with what it quotes"), blank=True, default="", db_default="")
    # What the other side calls it: a Message-ID, or the id a gateway gave it.
    wire_id = models.CharField(
        _("id on the wire"), max_length=250, blank=True, default="", db_default=""
    )
    automatic = models.BooleanField(_("from a machine"), default=False, db_default=False)
    # Said in a shop: which one, at which desk, under which number.
    visit = models.JSONField(_("visit"), null=True, blank=True)
    segments = models.PositiveSmallIntegerField(_("parts it is billed as"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State)
    purpose = models.CharField(_("purpose"), max_length=40, default="service")
    allowed_because = models.CharField(_("allowed because"), max_length=200, blank=True)
    dedupe_key = models.CharField(_("once key"), max_length=160, unique=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    available_at = models.DateTimeField(_("not before"), default=timezone.now)
    lease_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    lease_token = models.UUIDField(_("leased by"), null=True, blank=True)
    # Written before the mail server is called: set without `sent_at` it says that we can't know.
    handed_over_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    capability_version = models.ForeignKey(
        "readiness.CapabilityVersion", models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                name="message_to_the_customer_names_its_version",
                condition=Q(direction="inbound")
                | Q(kind="note")
                | Q(capability_version__isnull=False),
            ),
            models.CheckConstraint(
                name="message_sent_means_dated",
                condition=~Q(state__in=["sent", "delivered"], direction="outbound")
                | Q(sent_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["interaction", "created_at"], name="message_by_interaction"),
            models.Index(
                fields=["available_at"], name="message_queue", condition=Q(state="queued")
            ),
            # Written once and nearly in order: a few pages tell where a day lies.
            BrinIndex(fields=["sent_at"], name="message_by_sending", autosummarize=True),
            GinIndex(SearchVector("body", config="simple"), name="message_words"),
            # Found by a report of what became of them.
            models.Index(
                fields=["recipient"],
                name="message_in_doubt",
                condition=Q(state="failed", sent_at=None, handed_over_at__isnull=False),
            ),
            models.Index(fields=["wire_id"], name="message_by_wire_id", condition=~Q(wire_id="")),
        ]
        triggers = [figures.CHANGED_MESSAGE]

    def __str__(self) -> str:
        return self.subject or self.body[:40]
