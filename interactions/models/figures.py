"""Figures of periods, kept as their SQL answered, and what of the past changed since."""

from datetime import datetime, timedelta

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

# Longer than any transaction that changes what figures count: what was worked out less than this
# after a note may not have seen the change that wrote it.
LINGERS = timedelta(minutes=10)
LONGEST_SLICE = 400


class KeptFigureQuerySet(models.QuerySet["KeptFigure"]):
    def good(
        self, now: datetime, *, young: timedelta, ripening: timedelta, settled: timedelta
    ) -> "KeptFigureQuerySet":
        """Those that may be shown: just worked out, or untouched since and final or ripening."""
        over = Q(kept_at__gte=F("ends_at") + settled) & Q(kept_at__gte=now - ripening)
        return self.filter(
            Q(kept_at__gte=now - young)
            | (Q(kept_at__gte=F("final_at")) | over) & ~Exists(self._touched())
        )

    def overtaken(self) -> "KeptFigureQuerySet":
        """Those some noted change reaches into."""
        return self.filter(Exists(self._touched()))

    @staticmethod
    def _touched() -> models.QuerySet["TouchedTime"]:
        return TouchedTime.objects.filter(
            starts_at__lt=OuterRef("reaches_to"),
            ends_at__gte=OuterRef("reaches_from"),
            noted_at__gt=OuterRef("kept_at") - LINGERS,
        )


class KeptFigure(models.Model):
    """What one measure answered for one period and slice; asked again when rows changed."""

    measure = models.CharField(_("measure"), max_length=40)
    slice = models.CharField(_("slice"), max_length=LONGEST_SLICE, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    # Some figures look a few days beyond their period; a change there overtakes them too.
    reaches_from = models.DateTimeField(_("looks back to"))
    reaches_to = models.DateTimeField(_("looks ahead to"))
    # Worked out before this it was told of a period that still ran or had not settled.
    final_at = models.DateTimeField(_("final from"))
    row = models.JSONField(_("answer"), encoder=DjangoJSONEncoder)
    kept_at = models.DateTimeField(_("worked out at"), db_default=Now())

    objects = KeptFigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept figure")
        verbose_name_plural = _("kept figures")
        constraints = [
            models.UniqueConstraint(
                fields=["slice", "measure", "starts_at", "ends_at"], name="keptfigure_once"
            ),
            models.CheckConstraint(
                name="keptfigure_of_a_period", condition=models.Q(starts_at__lt=F("ends_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.starts_at:%Y-%m-%d}"


class TouchedTime(models.Model):
    """A stretch of the past that a change reached into; written by triggers only."""

    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    noted_at = models.DateTimeField(_("noted at"), db_default=Now())

    class Meta:
        verbose_name = _("touched time")
        verbose_name_plural = _("touched times")

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d} to {self.ends_at:%Y-%m-%d}"


# What is younger than this is in no kept figure yet: live work writes no notes.
SETTLES_AFTER = "6 hours"

_NOTE = f"""
    INSERT INTO interactions_touchedtime (starts_at, ends_at)
    SELECT reach.starts_at, reach.ends_at
    FROM (SELECT {{first}} AS starts_at, {{last}} AS ends_at {{source}}) reach
    WHERE reach.starts_at < now() - interval '{SETTLES_AFTER}';
    RETURN NULL;
"""  # noqa: S608  built from the constants of this module alone


def _note(first: str, last: str, source: str = "") -> str:
    return _NOTE.format(first=first, last=last, source=source)


INSERTED_INTERACTIONS = pgtrigger.Trigger(
    name="note_inserted",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    referencing=pgtrigger.Referencing(new="new_rows"),  # type: ignore[no-untyped-call]  # untyped library
    func=_note("min(opened_at)", "now()", "FROM new_rows"),
)

# A change of slice or of what counts reaches from the opening on; a date only from that date on.
CHANGED_INTERACTION = pgtrigger.Trigger(
    name="note_changed",
    operation=pgtrigger.Update,
    when=pgtrigger.After,
    condition=pgtrigger.AnyChange(
        "status",
        "channel",
        "direction",
        "reason",
        "verticals",
        "team",
        "customer",
        "removed_at",
        "opened_at",
        "first_response_at",
        "completed_at",
        "closed_at",
        "outcome",
        "reopened",
    ),
    func=_note(
        """CASE WHEN
          (OLD.channel, OLD.direction, OLD.reason_id, OLD.verticals, OLD.team_id, OLD.customer_id,
           OLD.removed_at, OLD.opened_at, OLD.status IN ('cancelled', 'merged'))
          IS DISTINCT FROM
          (NEW.channel, NEW.direction, NEW.reason_id, NEW.verticals, NEW.team_id, NEW.customer_id,
           NEW.removed_at, NEW.opened_at, NEW.status IN ('cancelled', 'merged'))
        THEN LEAST(OLD.opened_at, NEW.opened_at)
        ELSE LEAST(
          CASE WHEN (OLD.completed_at, OLD.outcome) IS DISTINCT FROM (NEW.completed_at, NEW.outcome)
            OR OLD.closed_at IS DISTINCT FROM NEW.closed_at OR OLD.reopened <> NEW.reopened
            THEN LEAST(OLD.completed_at, NEW.completed_at) END,
          CASE WHEN OLD.first_response_at IS DISTINCT FROM NEW.first_response_at
            THEN LEAST(OLD.first_response_at, NEW.first_response_at) END)
        END""",
        "now()",
    ),
)

INSERTED_CLOCKS = pgtrigger.Trigger(
    name="note_inserted",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    referencing=pgtrigger.Referencing(new="new_rows"),  # type: ignore[no-untyped-call]  # untyped library
    func=_note(
        "LEAST(min(due_at), min(stopped_at))",
        "GREATEST(max(due_at), max(stopped_at))",
        "FROM new_rows",
    ),
)

CHANGED_CLOCK = pgtrigger.Trigger(
    name="note_changed",
    operation=pgtrigger.Update,
    when=pgtrigger.After,
    condition=pgtrigger.AnyChange(
        "due_at",
        "stopped_at",
        "first_stopped_at",
        "cancelled_at",
        "rule",
        "capability_version",
        "consumed_seconds",
    ),
    func=_note(
        "LEAST(OLD.due_at, NEW.due_at, OLD.stopped_at, NEW.stopped_at, NEW.first_stopped_at)",
        "GREATEST(OLD.due_at, NEW.due_at, OLD.stopped_at, NEW.stopped_at)",
    ),
)

CHANGED_COMMITMENT = pgtrigger.Trigger(
    name="note_changed",
    operation=pgtrigger.Update,
    when=pgtrigger.After,
    condition=pgtrigger.AnyChange("due_at", "notice"),
    func=_note("LEAST(OLD.due_at, NEW.due_at)", "GREATEST(OLD.due_at, NEW.due_at)"),
)

INSERTED_COMMITMENTS = pgtrigger.Trigger(
    name="note_inserted",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    referencing=pgtrigger.Referencing(new="new_rows"),  # type: ignore[no-untyped-call]  # untyped library
    func=_note("min(due_at)", "max(due_at)", "FROM new_rows WHERE number > 1"),
)

INSERTED_CALLS = pgtrigger.Trigger(
    name="note_inserted",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    referencing=pgtrigger.Referencing(new="new_rows"),  # type: ignore[no-untyped-call]  # untyped library
    func=_note("min(rang_at)", "max(rang_at)", "FROM new_rows"),
)

CHANGED_CALL = pgtrigger.Trigger(
    name="note_changed",
    operation=pgtrigger.Update,
    when=pgtrigger.After,
    condition=pgtrigger.AnyChange(
        "rang_at",
        "answered_at",
        "ended_at",
        "hold_seconds",
        "wrapped_at",
        "direction",
        "interaction",
    ),
    # Who is in a call or wraps it up is busy for as long.
    func=_note(
        "LEAST(OLD.rang_at, NEW.rang_at)",
        "GREATEST(OLD.rang_at, NEW.rang_at, NEW.ended_at, NEW.wrapped_at)",
    ),
)

CHANGED_REQUEST = pgtrigger.Trigger(
    name="note_changed",
    operation=pgtrigger.Update,
    when=pgtrigger.After,
    condition=pgtrigger.AnyChange("state", "due_at", "asked_at", "answered_at"),
    func=_note("LEAST(OLD.due_at, NEW.due_at)", "GREATEST(OLD.due_at, NEW.due_at)"),
)

# Of those asked in a period more answer after its end.
CHANGED_SURVEY = pgtrigger.Trigger(
    name="note_changed",
    operation=pgtrigger.Update,
    when=pgtrigger.After,
    condition=pgtrigger.AnyChange("score", "asked_at", "answered_at"),
    func=_note(
        "LEAST(OLD.asked_at, NEW.asked_at, OLD.answered_at, NEW.answered_at)",
        "GREATEST(OLD.asked_at, NEW.asked_at, OLD.answered_at, NEW.answered_at)",
    ),
)

# A notice sent after the miss changes what is told of the period in which the promise was due.
CHANGED_MESSAGE = pgtrigger.Trigger(
    name="note_changed",
    operation=pgtrigger.Update,
    when=pgtrigger.After,
    condition=pgtrigger.Condition(
        "(OLD.sent_at IS DISTINCT FROM NEW.sent_at"
        " OR (OLD.state IN ('sent', 'delivered')) <> (NEW.state IN ('sent', 'delivered')))"
    ),
    func=_note(
        "LEAST(OLD.sent_at, NEW.sent_at, min(c.due_at))",
        "GREATEST(OLD.sent_at, NEW.sent_at, max(c.due_at))",
        "FROM interactions_commitment p JOIN interactions_slaclock c ON c.id = p.clock_id"
        " WHERE p.notice_id = NEW.id",
    ),
)
