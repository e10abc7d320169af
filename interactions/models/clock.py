"""Service-level clocks: a cache of what the events fold to, and the queue of what fires next."""

from collections.abc import Collection
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from interactions.models import figures
from interactions.models.interaction import Interaction


class SlaClock(models.Model):
    """One promise about one interaction; rebuilt from events at any time, never edited."""

    class Target(models.TextChoices):
        FIRST_RESPONSE = "first_response", _("First reply")
        NEXT_RESPONSE = "next_response", _("Reply")
        UPDATE = "periodic_update", _("Update")
        RESOLUTION = "resolution", _("Fix")

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        MET = "met", _("Met")
        BREACHED = "breached", _("Missed")
        CANCELLED = "cancelled", _("Cancelled")

    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="clocks")
    target = models.CharField(_("promise"), max_length=20, choices=Target)
    cycle = models.PositiveIntegerField(_("cycle"), default=1)
    capability_version = models.ForeignKey(
        "readiness.CapabilityVersion", models.PROTECT, related_name="+"
    )
    calendar_version = models.ForeignKey(
        "readiness.CapabilityVersion", models.PROTECT, related_name="+"
    )
    calendar = models.CharField(_("calendar"), max_length=40)
    rule = models.CharField(_("chosen by rule"), max_length=120)
    target_seconds = models.PositiveIntegerField(_("target, seconds"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField(_("started at"))
    consumed_seconds = models.PositiveIntegerField(_("consumed, seconds"), default=0)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    breach_at = models.DateTimeField(_("missed at"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    # Only of one that ran again after its first stop; of all others the first is the last.
    first_stopped_at = models.DateTimeField(_("first stopped at"), null=True, blank=True)
    first_consumed_seconds = models.PositiveIntegerField(
        _("consumed by the first stop, seconds"), null=True, blank=True
    )
    jeopardy_at = models.DateTimeField(_("at risk since"), null=True, blank=True)
    predicted_end_at = models.DateTimeField(_("foreseen for"), null=True, blank=True)
    commitment_no = models.PositiveSmallIntegerField(_("promise number"), default=1)
    next_stage = models.PositiveSmallIntegerField(_("next stage"), null=True, blank=True)
    zone_rules = models.CharField(
        _("rules of time zones"), max_length=10, blank=True, default="", db_default=""
    )
    folded_seq = models.PositiveIntegerField(_("folded up to event"), default=0)

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [
            models.UniqueConstraint(
                fields=["interaction", "target", "cycle"], name="slaclock_once_per_cycle"
            ),
            models.CheckConstraint(
                name="slaclock_state_known",
                condition=Q(state__in=["running", "paused", "met", "breached", "cancelled"]),
            ),
            models.CheckConstraint(
                name="slaclock_met_means_stopped",
                condition=~Q(state="met") | Q(stopped_at__isnull=False),
            ),
            models.CheckConstraint(
                name="slaclock_first_stop_whole",
                condition=Q(first_stopped_at=None, first_consumed_seconds=None)
                | Q(first_stopped_at__isnull=False, first_consumed_seconds__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="slaclock_by_due"),
            models.Index(
                fields=["interaction"],
                name="slaclock_at_risk",
                condition=Q(jeopardy_at__isnull=False, stopped_at__isnull=True),
            ),
            models.Index(
                fields=["interaction"], name="slaclock_paused", condition=Q(state="paused")
            ),
            models.Index(
                fields=["stopped_at"],
                name="slaclock_by_stop",
                condition=Q(stopped_at__isnull=False),
            ),
            models.Index(
                fields=["first_stopped_at"],
                name="slaclock_by_first_stop",
                condition=Q(first_stopped_at__isnull=False),
            ),
        ]
        triggers = [figures.INSERTED_CLOCKS, figures.CHANGED_CLOCK]

    def __str__(self) -> str:
        return f"{self.target} {self.interaction_id}"


class ArmedClockQuerySet(models.QuerySet["ArmedClock"]):
    def claim(
        self, limit: int, now: datetime, *, passed_by: Collection[int] = ()
    ) -> "ArmedClockQuerySet":
        """At most `limit` that are due, locked for this transaction, without waiting for others."""
        return (
            self.filter(next_fire_at__lte=now)
            .exclude(pk__in=passed_by)
            .order_by("next_fire_at")
            .select_for_update(skip_locked=True)[:limit]
        )


class ArmedClock(models.Model):
    """A clock that will fire, in a table of its own: as large as what is open, not as history."""

    clock = models.OneToOneField(SlaClock, models.CASCADE, primary_key=True, related_name="armed")
    next_fire_at = models.DateTimeField(_("fires next"), db_index=True)
    stage = models.PositiveSmallIntegerField(_("stage"))

    objects = ArmedClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("armed clock")
        verbose_name_plural = _("armed clocks")

    def __str__(self) -> str:
        return f"{self.clock_id} at {self.next_fire_at}"


class StageNotice(models.Model):
    """A stage that fired: the key makes it happen once, whoever and however often tries."""

    clock = models.ForeignKey(SlaClock, models.PROTECT, related_name="notices")
    commitment_no = models.PositiveSmallIntegerField(_("promise number"))
    stage = models.PositiveSmallIntegerField(_("stage"))
    fired_at = models.DateTimeField(_("fired at"), default=timezone.now)
    superseded = models.BooleanField(_("passed over"), default=False)

    class Meta:
        verbose_name = _("stage notice")
        verbose_name_plural = _("stage notices")
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "commitment_no", "stage"], name="stagenotice_once_per_stage"
            )
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.stage}%"


class Commitment(models.Model):
    """What the customer was promised: number 1 is the contract and is never overwritten."""

    class Origin(models.TextChoices):
        POLICY = "policy", _("Contract")
        AGENT = "agent", _("Agent")
        AUTO = "auto", _("Automatic")

    class Outcome(models.TextChoices):
        OPEN = "open", _("Open")
        KEPT = "kept", _("Kept")
        MISSED = "missed", _("Missed")
        REPLACED = "replaced", _("Replaced")

    clock = models.ForeignKey(SlaClock, models.PROTECT, related_name="commitments")
    number = models.PositiveSmallIntegerField(_("number"))
    due_at = models.DateTimeField(_("promised for"), null=True)
    origin = models.CharField(_("by"), max_length=8, choices=Origin)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    proposed_by = models.CharField(_("proposed by"), max_length=150, blank=True)
    notice = models.ForeignKey(
        "interactions.Message", models.PROTECT, related_name="+", null=True, blank=True
    )
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.OPEN)
    created_at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        constraints = [
            models.UniqueConstraint(fields=["clock", "number"], name="commitment_once_per_number")
        ]
        indexes = [
            # The contract's own date stands on the clock.
            models.Index(fields=["due_at"], name="commitment_by_due", condition=Q(number__gt=1))
        ]
        triggers = [figures.INSERTED_COMMITMENTS, figures.CHANGED_COMMITMENT]

    def __str__(self) -> str:
        return f"{self.clock_id} promise {self.number}"
