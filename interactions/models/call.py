"""Telephone calls as the exchange tells them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.ids import new_id
from interactions.models import figures
from interactions.models.interaction import Interaction


class Call(models.Model):
    """One leg of a call: rang, was answered by somebody, ended, and was wrapped up."""

    class State(models.TextChoices):
        RINGING = "ringing", _("Ringing")
        ANSWERED = "answered", _("Talking")
        ENDED = "ended", _("Ended")
        MISSED = "missed", _("Missed")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    source = models.CharField(_("exchange"), max_length=60)
    external_id = models.CharField(_("id at the exchange"), max_length=120)
    direction = models.CharField(_("direction"), max_length=8, choices=Interaction.Direction)
    number = models.CharField(_("number of the other side"), max_length=40, blank=True)
    our_number = models.CharField(_("our number"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True
    )
    # Whose number it was when it rang; who has it later is asked then.
    customer_id = models.BigIntegerField(_("customer"), null=True, blank=True)
    interaction = models.ForeignKey(
        Interaction, models.PROTECT, related_name="calls", null=True, blank=True
    )
    rang_at = models.DateTimeField(_("rang at"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    hold_seconds = models.PositiveIntegerField(_("on hold, seconds"), default=0)
    wrap_up = models.CharField(_("wrap-up code"), max_length=30, blank=True)
    wrapped_at = models.DateTimeField(_("wrapped up at"), null=True, blank=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="call_once_per_exchange"
            ),
            models.CheckConstraint(
                name="call_state_known",
                condition=Q(state__in=["ringing", "answered", "ended", "missed"]),
            ),
            models.CheckConstraint(
                name="call_wrapped_means_dated",
                condition=Q(wrap_up="") | Q(wrapped_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["rang_at"], name="call_by_time"),
            models.Index(
                fields=["agent", "-rang_at"],
                name="call_to_wrap_up",
                condition=Q(wrap_up="") & ~Q(agent=None),
            ),
        ]
        triggers = [figures.INSERTED_CALLS, figures.CHANGED_CALL]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"
