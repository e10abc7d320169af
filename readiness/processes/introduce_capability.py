"""Introduce a Capability: from accepted through pilot stages to general availability, and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from readiness.models import (
    AcceptanceCondition,
    CapabilitySlot,
    CapabilityVersion,
    Introduction,
    OrtRun,
    Stage,
    Waiver,
)
from readiness.processes.change_state import change_state

ETOM = "1.3.1"

State = CapabilityVersion.State
EVERYBODY = Decimal(100)
EARLY_LIFE = timedelta(weeks=4)
OVERDUE_TEST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class PlannedStage:
    """A share of the units, kept for at least some hours."""

    percent: Decimal
    min_hours: int = 0


AT_ONCE = (PlannedStage(EVERYBODY),)


@transaction.atomic
def introduce_capability(
    *, version_id: int, stages: Sequence[PlannedStage] = AT_ONCE, actor: Actor
) -> CapabilityVersion:
    """Begin the introduction of an accepted version; one stage of 100 % is general use at once."""
    require(actor, "readiness.introduce_capability")
    version = CapabilityVersion.objects.lock(version_id)
    if version.state != State.ACCEPTED:
        raise RuleBroken(
            "not-accepted",
            _("Version %(n)d is %(state)s; only an accepted version is introduced.")
            % {"n": version.number, "state": State(version.state).label.lower()},
        )
    _check_plan(version, stages)
    introduction = Introduction.objects.create(version=version, owner_id=actor.pk)
    planned = Stage.objects.bulk_create(
        Stage(
            introduction=introduction, order=order, percent=stage.percent, min_hours=stage.min_hours
        )
        for order, stage in enumerate(stages, start=1)
    )
    _enter(version, planned[0], actor)
    return version


@transaction.atomic
def advance_introduction(*, version_id: int, actor: Actor) -> CapabilityVersion:
    """Go to the next, larger share once the present one has lasted as planned."""
    require(actor, "readiness.introduce_capability")
    version = CapabilityVersion.objects.lock(version_id)
    if version.state != State.PILOT:
        raise RuleBroken("not-in-pilot", _("Only a pilot is advanced."))
    obstacle = obstacle_to_advance(version)
    if obstacle:
        raise RuleBroken("not-yet", obstacle)
    now_in, following = _stages_around(version)
    now_in.exited_at = timezone.now()
    now_in.save(update_fields=["exited_at"])
    _enter(version, following, actor)
    return version


def obstacle_to_advance(version: CapabilityVersion) -> str:
    """What stands between a pilot and its next stage, in a sentence; empty when nothing does."""
    now_in, following = _stages_around(version)
    earliest = (now_in.entered_at or timezone.now()) + timedelta(hours=now_in.min_hours)
    if timezone.now() < earliest:
        return _("This share is kept until %(when)s.") % {
            "when": timezone.localtime(earliest).strftime("%d %b %H:%M")
        }
    if _test_overdue(version):
        return _("Its readiness test is out of date; test and accept a new version.")
    return _open_conditions(version) if following.percent == EVERYBODY else ""


@transaction.atomic
def hold_capability(*, version_id: int, reason: str, actor: Actor) -> CapabilityVersion:
    """Take a version out of use at once; what served before serves where the slot says so."""
    require(actor, "readiness.introduce_capability")
    version = CapabilityVersion.objects.lock(version_id)
    if version.state == State.SUSPENDED:
        return version
    if not reason.strip():
        raise RuleBroken("reason-missing", _("Say why it is held."), field="reason", kind="invalid")
    served_all = version.state == State.GENERAL_AVAILABILITY
    change_state(version, State.SUSPENDED, note=reason.strip(), actor=actor)
    if served_all and version.slot.on_absence == "previous":
        _restore_predecessor(version, actor)
    return version


@transaction.atomic
def roll_back_capability(*, version_id: int, reason: str, actor: Actor) -> CapabilityVersion:
    """Hold a version and put the one it replaced back into general use."""
    require(actor, "readiness.introduce_capability")
    version = CapabilityVersion.objects.lock(version_id)
    served_all = version.state == State.GENERAL_AVAILABILITY
    if served_all and not _restorable(version):
        raise RuleBroken(
            "nothing-before",
            _("There is no earlier accepted version to go back to. Hold this one instead."),
        )
    hold_capability(version_id=version_id, reason=reason, actor=actor)
    version.refresh_from_db()
    if served_all and version.slot.on_absence != "previous":
        _restore_predecessor(version, actor)
    return version


@transaction.atomic
def resume_capability(*, version_id: int, reason: str, actor: Actor) -> CapabilityVersion:
    """Put a held version back where it was, after a readiness test that passed since the hold."""
    require(actor, "readiness.introduce_capability")
    version = CapabilityVersion.objects.lock(version_id)
    if version.state != State.SUSPENDED:
        raise RuleBroken("not-held", _("Only a held version is resumed."))
    run = OrtRun.objects.latest_of(version)
    if (
        run is None
        or run.finished_at is None
        or run.started_at < version.state_since
        or run.unmet().exists()
    ):
        raise RuleBroken("test-again", _("Test it again first: nothing has passed since the hold."))
    current = version.introduction.stages.filter(entered_at__isnull=False, exited_at=None).get()
    if current.percent == EVERYBODY:
        _reach_everybody(version, actor, note=reason)
    else:
        change_state(version, State.PILOT, note=reason, actor=actor)
    return version


@transaction.atomic
def hold_unwaived(*, actor: Actor) -> int:
    """Hold every serving version that leans on a waiver which has run out; returns how many."""
    leaning = (
        Waiver.objects.filter(
            expires_at__lte=timezone.now(),
            result__run__version__state__in=[State.PILOT, State.GENERAL_AVAILABILITY],
        )
        .values_list("result__run__version_id", flat=True)
        .distinct()
    )
    held = 0
    for version in CapabilityVersion.objects.filter(pk__in=list(leaning)):
        run = OrtRun.objects.latest_of(version)
        if run is not None and run.unmet().exists():
            hold_capability(version_id=version.pk, reason=_("A waiver has run out."), actor=actor)
            held += 1
    return held


def _check_plan(version: CapabilityVersion, stages: Sequence[PlannedStage]) -> None:
    shares = [stage.percent for stage in stages]
    if not shares or shares[-1] != EVERYBODY or shares[0] <= 0:
        raise RuleBroken(
            "plan-incomplete",
            _("The last stage must be 100 %, the first more than 0."),
            field="stages",
            kind="invalid",
        )
    if any(later <= earlier for earlier, later in pairwise(shares)):
        raise RuleBroken(
            "share-falls",
            _("Each stage must be larger than the one before."),
            field="stages",
            kind="invalid",
        )
    if len(shares) > 1 and version.slot.unit == "global":
        raise RuleBroken(
            "no-cohort",
            _("This acts on the whole at once and has no shares; introduce it in one stage."),
            field="stages",
            kind="invalid",
        )


def _stages_around(version: CapabilityVersion) -> tuple[Stage, Stage]:
    stages = list(version.introduction.stages.all())
    at = next(i for i, stage in enumerate(stages) if stage.entered_at and not stage.exited_at)
    return stages[at], stages[at + 1]


def _enter(version: CapabilityVersion, stage: Stage, actor: Actor) -> None:
    stage.entered_at = timezone.now()
    stage.save(update_fields=["entered_at"])
    if stage.percent == EVERYBODY:
        _reach_everybody(version, actor)
    else:
        _no_other_pilot(version)
        share = _("Share %(n)s %%.") % {"n": f"{stage.percent.normalize():f}"}
        change_state(version, State.PILOT, note=share, actor=actor)


def _reach_everybody(version: CapabilityVersion, actor: Actor, note: str = "") -> None:
    problem = _open_conditions(version)
    if problem:
        raise RuleBroken("conditions-open", problem)
    # Two introductions of one slot take turns; the second replaces the first.
    CapabilitySlot.objects.select_for_update().get(pk=version.slot_id)
    now_general = (
        CapabilityVersion.objects.select_for_update(of=("self",))
        .select_related("slot")
        .filter(slot=version.slot, state=State.GENERAL_AVAILABILITY)
        .first()
    )
    if now_general is not None:
        change_state(
            now_general,
            State.SUPERSEDED,
            note=_("Replaced by version %(n)d.") % {"n": version.number},
            actor=actor,
        )
    change_state(version, State.GENERAL_AVAILABILITY, note=note, actor=actor)
    Introduction.objects.filter(version=version, els_until=None).update(
        els_until=timezone.localdate() + EARLY_LIFE
    )


def _no_other_pilot(version: CapabilityVersion) -> None:
    other = (
        CapabilityVersion.objects.filter(slot=version.slot, state=State.PILOT)
        .exclude(pk=version.pk)
        .first()
    )
    if other is not None:
        raise RuleBroken(
            "pilot-running",
            _("Version %(n)d is in pilot; finish or hold it first.") % {"n": other.number},
        )


def _open_conditions(version: CapabilityVersion) -> str:
    open_ones = AcceptanceCondition.objects.filter(
        acceptance__version=version, acceptance__fingerprint=version.fingerprint, closed_at=None
    ).values_list("text", flat=True)
    if not open_ones:
        return ""
    return _("Still open from its acceptance: %(conditions)s.") % {
        "conditions": "; ".join(open_ones)
    }


def _test_overdue(version: CapabilityVersion) -> bool:
    due = version.re_ort_due
    return due is not None and timezone.localdate() > due + OVERDUE_TEST


def _restorable(version: CapabilityVersion) -> CapabilityVersion | None:
    """The last version that served everybody before this one, while its acceptance is in date."""
    return (
        CapabilityVersion.objects.select_for_update(of=("self",))
        .select_related("slot")
        .filter(slot=version.slot, state=State.SUPERSEDED, re_ort_due__gte=timezone.localdate())
        .order_by("-state_since")
        .first()
    )


def _restore_predecessor(version: CapabilityVersion, actor: Actor) -> None:
    before = _restorable(version)
    if before is not None:
        change_state(
            before,
            State.GENERAL_AVAILABILITY,
            note=_("Back in use: version %(n)d is held.") % {"n": version.number},
            actor=actor,
        )
