"""What somebody means to do later about a matter, and when they want to be reminded."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.audit.history import tracked
from interactions.models.interaction import Interaction


@tracked(exclude=())
class FollowUp(models.Model):
    """One thing to do at a time; it never ends by itself."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        CHECK = "check", _("Check")
        ASK = "ask", _("Ask whether it works")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="follow_ups")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    note = models.CharField(_("what"), max_length=200)
    due_at = models.DateTimeField(_("at"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    created_by = models.CharField(_("noted by"), max_length=150)
    created_at = models.DateTimeField(_("noted at"), default=timezone.now)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = [
            models.CheckConstraint(
                name="followup_state_known", condition=Q(state__in=["open", "done", "dropped"])
            ),
            models.CheckConstraint(
                name="followup_settled_means_dated",
                condition=Q(state="open", settled_at=None)
                | (~Q(state="open") & Q(settled_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "due_at"], name="followup_open", condition=Q(state="open")
            ),
            models.Index(
                fields=["due_at"],
                name="followup_to_remind",
                condition=Q(state="open", reminded_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.note
