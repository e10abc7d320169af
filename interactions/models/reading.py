"""Who has a matter open, how long they were at it, and what they began to write."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Value
from django.db.models.functions import Greatest, Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from interactions.models.interaction import Interaction

# Whoever touched neither key nor mouse for so long does something else.
IDLE: Final = timedelta(seconds=120)


class ReadingQuerySet(models.QuerySet["Reading"]):
    def seen(self, now: datetime, *, idle: timedelta | None) -> int:
        """They are here now; the time since the last such sign counts as far as they were at it.

        `idle` is how long they touched nothing; without it no time counts.
        """
        if idle is None:
            return self.update(seen_at=now, attended_at=None)
        until = now - max(idle - IDLE, timedelta())
        passed = ExpressionWrapper(
            Value(until) - F("attended_at"), output_field=models.DurationField()
        )
        # Signs of life come several times in that time: what is longer was a gap.
        counted = Least(Greatest(passed, Value(timedelta())), Value(IDLE))
        return self.update(seen_at=now, attended_at=now, focus=F("focus") + counted)


class Reading(models.Model):
    """One person on one matter: last seen there, their time and their draft if they have one."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="readings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(_("seen at"), default=timezone.now)
    draft = models.JSONField(_("draft"), default=dict, blank=True)
    drafted_at = models.DateTimeField(_("draft kept at"), null=True, blank=True)
    # What was counted stays as it was counted; what they say of it stands beside it.
    focus = models.DurationField(
        _("time counted"), default=timedelta(), db_default=timedelta(), editable=False
    )
    correction = models.DurationField(
        _("correction"), default=timedelta(), db_default=timedelta(), editable=False
    )
    attended_at = models.DateTimeField(_("counted until"), null=True, editable=False)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("reader")
        verbose_name_plural = _("readers")
        constraints = [
            models.UniqueConstraint(fields=["interaction", "user"], name="reading_once_a_person"),
            models.CheckConstraint(
                name="reading_time_is_none_or_more",
                condition=Q(correction__gte=Value(timedelta()) - F("focus")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.interaction_id}"

    @property
    def spent(self) -> timedelta:
        return self.focus + self.correction
