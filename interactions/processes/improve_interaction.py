"""Improve interactions: from a figure's signal to a change, and to what came of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import SYSTEM, Actor, require
from crm.accounts.models import User
from crm.errors import RuleBroken
from interactions.governed import kpis
from interactions.models import Improvement, Reason
from interactions.processes.report_interaction import TOO_FEW, measure_figure, periods
from readiness.registry.measures import Measure

ETOM = "1.3.5.6"

_State = Improvement.State
_Signal = Improvement.Signal
# A reason comes back too often when its share is so many times that of everything.
_TIMES_ALL: Final = 1.5
# Complaints pile up when a week has so many times what a week before had on average.
_TIMES_BEFORE: Final = 2.0
_COMPLAINTS: Final = ("complaint",)
_WEEKS_BEFORE: Final = 4
# What somebody decided not to pursue is not put before them again so soon.
_LEFT_ALONE: Final = timedelta(weeks=8)


@dataclass(frozen=True, slots=True)
class Found:
    """One thing the figures say: of which measure and slice, and the row that says it."""

    signal: Improvement.Signal
    measure: Measure
    slice: Mapping[str, Any]
    title: str
    evidence: Mapping[str, Any]


def find_signals(now: datetime, *, actor: Actor = SYSTEM) -> int:
    """Look at the last whole week and note what it says; what is noted already stays one."""
    require(actor, "interactions.add_improvement")
    found = [*_off_target(now, actor), *_coming_back(now, actor), *_complaints(now, actor)]
    rejected = Improvement.objects.filter(state=_State.REJECTED, decided_at__gt=now - _LEFT_ALONE)
    left = list(rejected.values_list("signal", "measure", "slice"))
    rows = [
        Improvement(
            signal=one.signal,
            measure=one.measure.key,
            slice=dict(one.slice),
            title=one.title[:200],
            evidence=dict(one.evidence),
        )
        for one in found
        if (one.signal, one.measure.key, dict(one.slice)) not in left
    ]
    before = Improvement.objects.count()
    Improvement.objects.bulk_create(rows, ignore_conflicts=True)
    return Improvement.objects.count() - before


def _weeks(now: datetime, count: int) -> list[tuple[datetime, datetime]]:
    """The last whole weeks, the newest last."""
    return [(span.start, span.until) for span in periods("week", now, now)[:-1]][-count:]


def _told(measure: Measure, week: tuple[datetime, datetime], actor: Actor) -> Mapping[str, Any]:
    return measure_figure(key=measure.key, start=week[0], end=week[1], actor=actor).row


def _off_target(now: datetime, actor: Actor) -> Iterator[Found]:
    """Two weeks in a row with enough rows: one bad week is weather."""
    for measure, target in kpis.TARGETS.items():
        tail = timedelta(days=measure.matures_days)
        weeks = [week for week in _weeks(now, 4) if week[1] + tail <= now][-2:]
        rows = [_told(measure, week, actor) for week in weeks]
        if len(rows) > 1 and all(
            row["n"] >= TOO_FEW and kpis.misses(measure, row["value"], target) for row in rows
        ):
            title = _("%(figure)s misses its target") % {"figure": _(measure.title)}
            yield Found(_Signal.OFF_TARGET, measure, {}, title, {**rows[-1], "target": target})


def _coming_back(now: datetime, actor: Actor) -> Iterator[Found]:
    """Reasons about which customers come again much oftener than about others."""
    (week,) = _weeks(now, 1)
    figure = measure_figure(
        key=kpis.REPEAT.key, start=week[0], end=week[1], by="reason", actor=actor
    )
    everything = figure.row["value"] or 0
    names = dict(Reason.objects.values_list("key", "name"))
    for key, row in figure.slices.items():
        if row["n"] >= TOO_FEW and row["value"] > _TIMES_ALL * everything:
            title = _("Customers come back about “%(reason)s”") % {"reason": names[key]}
            evidence = {**row, "everything": everything}
            yield Found(_Signal.REPEATED, kpis.REPEAT, {"reason": key}, title, evidence)


def _complaints(now: datetime, actor: Actor) -> Iterator[Found]:
    weeks = _weeks(now, _WEEKS_BEFORE + 1)
    reasons = Reason.objects.filter(key__contains=_COMPLAINTS[0]).values_list("key", "name")
    for key, name in reasons:
        told = [
            measure_figure(
                key=kpis.CONTACTS.key, start=a, end=b, scope={"reason": key}, actor=actor
            ).row["value"]
            for a, b in weeks
        ]
        usual = sum(told[:-1]) / _WEEKS_BEFORE
        if told[-1] >= TOO_FEW and told[-1] > _TIMES_BEFORE * usual:
            title = _("“%(reason)s” piles up") % {"reason": name}
            evidence = {"value": told[-1], "n": told[-1], "usual": usual}
            yield Found(_Signal.COMPLAINTS, kpis.CONTACTS, {"reason": key}, title, evidence)


@transaction.atomic
def note_improvement(
    *, measure: str, title: str, slice: Mapping[str, Any] | None = None, actor: Actor
) -> Improvement:
    """What somebody noticed, about a figure that will tell whether it got better."""
    require(actor, "interactions.add_improvement")
    if measure not in {one.key for one in kpis.EVERY}:
        raise RuleBroken("figure-unknown", _("There is no such figure."), field="measure")
    if not title.strip():
        raise RuleBroken("title-needed", _("Say what you noticed."), field="title")
    about = dict(slice or {})
    live = Improvement.objects.filter(
        signal=_Signal.SEEN, measure=measure, slice=about, state__in=Improvement.LIVE
    )
    if live.exists():
        raise RuleBroken("noted-already", _("This figure is on the list already."))
    return Improvement.objects.create(
        signal=_Signal.SEEN, measure=measure, slice=about, title=title.strip()[:200]
    )


@transaction.atomic
def plan_improvement(
    *,
    improvement_id: int,
    cause: str,
    change: str,
    expected: float,
    owner_id: int | None = None,
    weeks: int = 4,
    actor: Actor,
) -> Improvement:
    """Why it is so, what to change, and what that should come to; an owner answers for it."""
    require(actor, "interactions.change_improvement")
    one = _in_state(improvement_id, _State.OPEN, _State.PLANNED)
    owner = owner_id or actor.pk
    if owner is not None and not User.objects.filter(pk=owner, is_active=True).exists():
        raise RuleBroken("owner-unknown", _("There is no such colleague."), field="owner")
    if not cause.strip() or not change.strip():
        raise RuleBroken(
            "plan-incomplete", _("Say what the cause is and what to change."), field="change"
        )
    one.state, one.owner_id = _State.PLANNED, owner
    one.cause, one.change = cause.strip(), change.strip()
    one.expected, one.weeks = expected, min(max(weeks, 1), 26)
    one.save(update_fields=["state", "owner", "cause", "change", "expected", "weeks"])
    return one


@transaction.atomic
def decide_improvement(
    *, improvement_id: int, agreed: bool, note: str = "", actor: Actor
) -> Improvement:
    """Agree to what is proposed, or leave it with a reason."""
    require(actor, "interactions.decide_improvement")
    states = (_State.PLANNED,) if agreed else (_State.OPEN, _State.PLANNED, _State.AGREED)
    one = _in_state(improvement_id, *states)
    if not agreed and not note.strip():
        raise RuleBroken("reason-needed", _("Say why it is not pursued."), field="note")
    one.state = _State.AGREED if agreed else _State.REJECTED
    one.decision_note, one.decided_by = note.strip()[:300], actor.name
    one.decided_at = timezone.now()
    one.save(update_fields=["state", "decision_note", "decided_by", "decided_at"])
    return one


@transaction.atomic
def carry_out_improvement(*, improvement_id: int, change_made: str, actor: Actor) -> Improvement:
    """It is changed from now on: the figure of the weeks before is fixed beside it."""
    require(actor, "interactions.change_improvement")
    one = _in_state(improvement_id, _State.AGREED)
    if not change_made.strip():
        raise RuleBroken(
            "change-needed",
            _("Name the procedure, version or ticket that did it."),
            field="change_made",
        )
    one.changed_at = timezone.now()
    one.change_made, one.state = change_made.strip()[:300], _State.CHANGED
    one.before = _measured(one, one.changed_at - timedelta(weeks=one.weeks), one.changed_at)
    one.save(update_fields=["changed_at", "change_made", "state", "before"])
    return one


def measure_effects(now: datetime, *, actor: Actor = SYSTEM) -> int:
    """Put the figure of the weeks after beside the one of the weeks before; returns how many."""
    require(actor, "interactions.report_interaction")
    waiting = Improvement.objects.filter(state=_State.CHANGED, changed_at__lt=now)
    return sum(_measure_effect(pk, now) for pk in waiting.values_list("pk", flat=True))


@transaction.atomic
def _measure_effect(pk: int, now: datetime) -> bool:
    one = Improvement.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    if one is None or one.state != _State.CHANGED or one.changed_at is None:
        return False
    end = one.changed_at + timedelta(weeks=one.weeks)
    measure = next(each for each in kpis.EVERY if each.key == one.measure)
    if end + timedelta(days=measure.matures_days) > now:
        return False
    one.after = _measured(one, one.changed_at, end)
    # What looks ahead of the change was not final when it was made.
    one.before = _measured(one, one.changed_at - timedelta(weeks=one.weeks), one.changed_at)
    one.state, one.measured_at = _State.MEASURED, now
    one.save(update_fields=["after", "before", "state", "measured_at"])
    return True


def _measured(one: Improvement, start: datetime, end: datetime) -> dict[str, Any]:
    """The one query of the figure, whoever asks."""
    figure = measure_figure(key=one.measure, start=start, end=end, scope=one.slice, actor=SYSTEM)
    return {"from": start, "to": end, **figure.row}


def _in_state(pk: int, *states: str) -> Improvement:
    one = Improvement.objects.select_for_update(of=("self",)).get(pk=pk)
    if one.state not in states:
        raise RuleBroken(
            "wrong-state",
            _("This cannot be done while it is “%(state)s”.") % {"state": one.get_state_display()},
        )
    return one
