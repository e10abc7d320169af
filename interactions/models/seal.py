"""Seals over the timeline: a changed, removed or slipped-in event breaks the chain."""

import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from interactions.models.interaction import Interaction


class TimelineSeal(models.Model):
    """The hash of some events of one matter and of the seal before it."""

    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="seals")
    first_seq = models.PositiveIntegerField(_("from event"))
    last_seq = models.PositiveIntegerField(_("to event"))
    last_event = models.BigIntegerField(_("id of the last event"), db_index=True)
    digest = models.CharField(_("digest"), max_length=64)
    sealed_at = models.DateTimeField(_("sealed at"), default=timezone.now)

    class Meta:
        verbose_name = _("seal of a timeline")
        verbose_name_plural = _("seals of timelines")
        constraints = [
            models.UniqueConstraint(
                fields=["interaction", "last_seq"], name="timelineseal_once_per_event"
            ),
            models.CheckConstraint(
                name="timelineseal_of_some_events",
                condition=models.Q(first_seq__lte=models.F("last_seq")),
            ),
        ]
        triggers = [
            # Archiving switches this off by name for its own transaction, nobody else may.
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.interaction_id}:{self.last_seq}"
