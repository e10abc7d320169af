"""Who has a matter open, and what they began to write."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from interactions.models.interaction import Interaction


class Reading(models.Model):
    """One person on one matter: last seen there, and their draft if they have one."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="readings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(_("seen at"), default=timezone.now)
    draft = models.JSONField(_("draft"), default=dict, blank=True)
    drafted_at = models.DateTimeField(_("draft kept at"), null=True, blank=True)

    class Meta:
        verbose_name = _("reader")
        verbose_name_plural = _("readers")
        constraints = [
            models.UniqueConstraint(fields=["interaction", "user"], name="reading_once_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.interaction_id}"
