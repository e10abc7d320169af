"""People at the desk: whether they take work now, how much of it, and what they know."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.audit.history import tracked


@tracked(exclude=())
class AgentProfile(models.Model):
    """What work may be given to a colleague; without a profile nobody limits or knows them."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="agent_profile"
    )
    available = models.BooleanField(_("takes work"), default=False)
    since = models.DateTimeField(_("since"), default=timezone.now)
    # Open matters at once; empty means what the working policy says.
    capacity = models.PositiveSmallIntegerField(_("room for"), null=True, blank=True)
    # Verticals or keys of reasons; empty means everything.
    skills = ArrayField(
        models.CharField(max_length=50), verbose_name=_("skills"), default=list, blank=True
    )

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        indexes = [
            models.Index(
                fields=["user"], name="agentprofile_available", condition=models.Q(available=True)
            )
        ]

    def __str__(self) -> str:
        return str(self.user)
