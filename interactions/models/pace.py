"""How long each queue takes: what the jeopardy predictor reads."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class QueuePace(models.Model):
    """What one team needed for one promise lately; without a team, what everybody needed."""

    team = models.ForeignKey(
        "accounts.Team", models.CASCADE, related_name="+", null=True, blank=True
    )
    target = models.CharField(_("promise"), max_length=20)
    rule = models.CharField(_("chosen by rule"), max_length=120)
    seconds = ArrayField(
        models.PositiveIntegerField(), verbose_name=_("seconds at 0 to 100 per cent")
    )
    finished = models.PositiveIntegerField(_("finished clocks"))
    learnt_at = models.DateTimeField(_("learnt at"))

    class Meta:
        verbose_name = _("pace of a queue")
        verbose_name_plural = _("paces of queues")
        constraints = [
            models.UniqueConstraint(
                fields=["team", "target", "rule"],
                nulls_distinct=False,
                name="queuepace_once_per_queue",
            ),
            models.CheckConstraint(name="queuepace_has_101_points", condition=Q(seconds__len=101)),
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.rule}"
