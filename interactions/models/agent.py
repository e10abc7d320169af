"""People at the desk: whether they take work now and took it when, how much, what they know."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.audit.history import tracked


class AtDesk(models.TextChoices):
    """What somebody said of themselves: takes work, is here and takes none, is not here."""

    AVAILABLE = "available", _("Available")
    BUSY = "busy", _("Busy")
    AWAY = "away", _("Away")


@tracked(exclude=("seen_at", "handed_at"))
class AgentProfile(models.Model):
    """What work may be given to a colleague; without a profile nobody limits or knows them."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="agent_profile"
    )
    # As the open interval says; kept here too, where the colleague's row is locked and joined.
    state = models.CharField(_("at the desk"), max_length=10, choices=AtDesk, default=AtDesk.AWAY)
    since = models.DateTimeField(_("since"), default=timezone.now)
    # Last looked at their work, to a few minutes: who is silent for long is taken for away.
    seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)
    # Last handed something by a queue that hands out: who waits longest is next.
    handed_at = models.DateTimeField(_("last handed work"), null=True, blank=True, editable=False)
    # Open matters at once; empty means what the working policy says.
    capacity = models.PositiveSmallIntegerField(_("room for"), null=True, blank=True)
    # Verticals or keys of reasons; empty means everything.
    skills = ArrayField(
        models.CharField(max_length=50), verbose_name=_("skills"), default=list, blank=True
    )

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        constraints = [
            models.CheckConstraint(
                name="agentprofile_state_known",
                condition=Q(state__in=["available", "busy", "away"]),
            )
        ]
        indexes = [
            models.Index(
                fields=["user"], name="agentprofile_at_desk", condition=Q(state="available")
            )
        ]

    def __str__(self) -> str:
        return str(self.user)


class Availability(models.Model):
    """From when until when somebody was available, busy or away; the open one is now.

    Nothing before the first one is known: who never said anything has none.
    """

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="availability", db_index=False
    )
    state = models.CharField(_("at the desk"), max_length=10, choices=AtDesk)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    # Who or what changed it: the colleague, their sign-out, or long silence.
    because = models.CharField(_("because"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availability")
        constraints = [
            models.UniqueConstraint(
                fields=["agent"], name="availability_one_open", condition=Q(until=None)
            ),
            models.UniqueConstraint(fields=["agent", "since"], name="availability_one_at_a_time"),
            models.CheckConstraint(
                name="availability_state_known",
                condition=Q(state__in=["available", "busy", "away"]),
            ),
            models.CheckConstraint(
                name="availability_ends_after_it_began",
                condition=Q(until=None) | Q(until__gt=F("since")),
            ),
        ]
        indexes = [
            # What reaches into a period, for everybody at once.
            models.Index(fields=["since", "until"], name="availability_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.state}"
