"""What a machine was asked about a matter, and what it said: labelled, never sent by itself."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from interactions.models.interaction import Interaction


class AssistRequest(models.Model):
    """One question to the assistant by one agent; it touches neither clock nor conversation."""

    class Kind(models.TextChoices):
        SUMMARY = "summary", _("Summary")
        DRAFT = "draft", _("Draft of a reply")

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        DONE = "done", _("Answered")
        FAILED = "failed", _("No answer")

    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="assists")
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.ASKED)
    language = models.CharField(_("language"), max_length=12)
    # The newest message it was shown: what came later it does not know.
    seen_message = models.BigIntegerField(_("newest message shown"), default=0)
    text = models.TextField(_("what the machine said"), blank=True)
    problem = models.CharField(_("why not"), max_length=300, blank=True)
    model = models.CharField(_("model"), max_length=80, blank=True)
    capability_version = models.ForeignKey(
        "readiness.CapabilityVersion", models.PROTECT, related_name="+"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    lease_until = models.DateTimeField(_("being asked until"), null=True, blank=True)
    done_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("question to the assistant")
        verbose_name_plural = _("questions to the assistant")
        constraints = [
            models.CheckConstraint(
                name="assistrequest_kind_known", condition=Q(kind__in=["summary", "draft"])
            ),
            models.CheckConstraint(
                name="assistrequest_settled_means_dated",
                condition=Q(state="asked", done_at=None)
                | Q(state__in=["done", "failed"], done_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["interaction", "kind", "-id"], name="assistrequest_latest"),
            models.Index(
                fields=["asked_at"], name="assistrequest_open", condition=Q(state="asked")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
