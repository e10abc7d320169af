"""What a version of a policy or calendar does to promises that run: shown first, then done."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ClockMove(models.Model):
    """One walk over everything open, matter by matter; it goes on where it was stopped.

    A preview writes nothing but these figures. A move waits until its version serves everybody.
    """

    class Kind(models.TextChoices):
        PREVIEW = "preview", _("Preview")
        MOVE = "move", _("Move")

    class Mode(models.TextChoices):
        CARRY = "carry", _("Time used stays used, the new terms count from now")
        PROPORTIONAL = "proportional", _("The same share of the new time is left")
        RETRO = "retro", _("Measured anew from the start: the old terms were wrong")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits until the version serves everybody")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    version = models.ForeignKey("readiness.CapabilityVersion", models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    mode = models.CharField(_("mode"), max_length=12, choices=Mode)
    state = models.CharField(_("state"), max_length=7, choices=State)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    after = models.BigIntegerField(_("up to matter"), default=0)
    matters = models.PositiveIntegerField(_("matters looked at"), default=0)
    later = models.PositiveIntegerField(_("due later"), default=0)
    earlier = models.PositiveIntegerField(_("due earlier"), default=0)
    same = models.PositiveIntegerField(_("due as before"), default=0)
    missed = models.PositiveIntegerField(_("missed by it"), default=0)
    # The first that move: matter, target, due before and after.
    examples = models.JSONField(_("examples"), default=list, blank=True)

    class Meta:
        verbose_name = _("move of running promises")
        verbose_name_plural = _("moves of running promises")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "kind"],
                name="clockmove_one_at_a_time",
                condition=Q(state__in=["waiting", "running"]),
            ),
            models.CheckConstraint(
                name="clockmove_done_means_dated",
                condition=Q(state__in=["waiting", "running"], done_at=None)
                | Q(state__in=["done", "dropped"], done_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], name="clockmove_open", condition=Q(state="running"))
        ]

    def __str__(self) -> str:
        return f"{self.kind} of version {self.version_id}"
