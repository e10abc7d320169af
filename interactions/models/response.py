"""Questions we asked a customer, by when we want the answer, and what silence means."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from interactions.models import figures
from interactions.models.interaction import Interaction


class ResponseRequest(models.Model):
    """One question to the customer; the resolution clock pauses exactly with it."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        ANSWERED = "answered", _("Answered")
        TIMED_OUT = "timed_out", _("No answer")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class OnSilence(models.TextChoices):
        CLOSE = "close", _("Close")
        PROCEED = "proceed", _("Go on with the default")
        ESCALATE = "escalate", _("Escalate")
        CALL = "call", _("Call")

    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="requests")
    question = models.CharField(_("what we asked"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    on_silence = models.CharField(_("if silent"), max_length=10, choices=OnSilence)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    due_at = models.DateTimeField(_("answer by"))
    # What going on without an answer comes to, in words: "Keep four bills, close".
    silence_note = models.CharField(
        _("what silence comes to"), max_length=200, blank=True, default="", db_default=""
    )
    next_reminder_at = models.DateTimeField(_("reminded next at"), null=True, blank=True)
    reminders_sent = models.PositiveSmallIntegerField(_("reminders"), default=0, db_default=0)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("question to the customer")
        verbose_name_plural = _("questions to the customer")
        indexes = [
            models.Index(fields=["due_at"], name="responserequest_by_due"),
            models.Index(fields=["due_at"], name="responserequest_due", condition=Q(state="asked")),
            models.Index(
                fields=["next_reminder_at"],
                name="responserequest_to_remind",
                condition=Q(state="asked", next_reminder_at__isnull=False),
            ),
        ]
        triggers = [figures.CHANGED_REQUEST]

    def __str__(self) -> str:
        return self.question
