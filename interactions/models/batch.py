"""Steps taken on many matters at once, kept so that they can be taken back."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Batch(models.Model):
    """One step on a selection: what each row was before, and what was refused."""

    class Kind(models.TextChoices):
        ASSIGN = "assign", _("Handed over")
        SNOOZE = "snooze", _("Snoozed")
        TRANSFER = "transfer", _("Given to a team")
        TAG = "tag", _("Tagged")
        UNTAG = "untag", _("Tag taken off")

    kind = models.CharField(_("step"), max_length=10, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True
    )
    # [{"id": …, "before": …}] of what was changed; ids only, never what a customer said.
    changed = models.JSONField(_("changed"), default=list)
    refused = models.JSONField(_("refused"), default=list)
    done_at = models.DateTimeField(_("at"), default=timezone.now)
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("step on a selection")
        verbose_name_plural = _("steps on selections")

    def __str__(self) -> str:
        return f"{self.kind} {self.done_at}"
