"""Files that came or go with a message."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.ids import new_id
from interactions.models.interaction import Interaction
from interactions.models.message import Message


class Attachment(models.Model):
    """One file, kept with what it really is; nobody opens it before it is found harmless."""

    class State(models.TextChoices):
        CLEAR = "clear", _("Can be opened")
        WAITING = "waiting", _("Being checked")
        HELD = "held", _("Held back")
        DELETED = "deleted", _("Deleted")

    class Finding(models.TextChoices):
        MALWARE = "malware", _("Malware")
        UNSCANNED = "unscanned", _("Not scannable")
        TYPE = "type", _("Type")
        PACKED = "packed", _("Packed")
        SIZE = "size", _("Too large")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="attachments")
    message = models.ForeignKey(
        Message, models.PROTECT, related_name="attachments", null=True, blank=True
    )
    name = models.CharField(_("name"), max_length=200)
    media_type = models.CharField(_("type as said"), max_length=100, blank=True)
    found_type = models.CharField(_("type as found"), max_length=100, blank=True)
    size = models.PositiveIntegerField(_("size"))
    digest = models.CharField(_("digest"), max_length=64)
    content = models.BinaryField(_("content"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    because = models.CharField(_("because"), max_length=200, blank=True)
    # What it was held back for: says whether a person may release it.
    finding = models.CharField(
        _("finding"), max_length=10, choices=Finding, blank=True, default="", db_default=""
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.CharField(
        _("decided by"), max_length=150, blank=True, default="", db_default=""
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.CheckConstraint(
                name="attachment_state_known",
                condition=Q(state__in=["clear", "waiting", "held", "deleted"]),
            ),
            models.CheckConstraint(
                name="attachment_with_malware_is_not_clear",
                condition=~Q(state="clear", finding="malware"),
            ),
            models.CheckConstraint(
                name="attachment_decided_means_by_whom_and_why",
                condition=Q(decided_at=None) | (~Q(decided_by="") & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="attachment_deleted_means_decided",
                condition=~Q(state="deleted") | Q(decided_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["message", "digest", "name"], name="attachment_once_per_message"
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], name="attachment_unchecked", condition=Q(state="waiting")
            ),
            models.Index(fields=["created_at"], name="attachment_held", condition=Q(state="held")),
            models.Index(
                fields=["decided_at"],
                name="attachment_decided",
                condition=Q(decided_at__isnull=False),
            ),
        ]
        permissions = [("release_attachment", "Can decide about files that were held back")]

    def __str__(self) -> str:
        return self.name
