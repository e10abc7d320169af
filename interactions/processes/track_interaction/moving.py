"""Change a policy or calendar under running promises: see what it does, then do it or leave it.

Without a move, what runs keeps the version it began under. A walk goes over everything open in
slices, each one transaction with its own place, so it can be stopped anywhere and by anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import Any, Final

import structlog
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import SYSTEM, Actor, require
from crm.errors import RuleBroken, without_rows
from interactions.governed import SLA_CALENDAR, SLA_POLICY
from interactions.models import ClockMove, Interaction, InteractionEvent
from interactions.processes.notify_customer.staff import alarm_staff
from interactions.processes.track_interaction.folding import Folded, fold_events, refold
from interactions.processes.track_interaction.matters import Key
from interactions.processes.track_interaction.starting import promise_for
from interactions.processes.track_interaction.timeline import append
from readiness.registry.resolve import (
    GENERAL,
    CapabilityOff,
    Resolved,
    configuration,
    read_afresh,
    resolve,
)

_log = structlog.get_logger(__name__)
MOVABLE: Final = frozenset({SLA_POLICY.key, SLA_CALENDAR.key})
_EXAMPLES: Final = 20
_OVER: Final = frozenset({"withdrawn", "retired", "superseded", "suspended"})
_State = ClockMove.State


@transaction.atomic
def preview_move(*, version_id: int, mode: str, actor: Actor) -> ClockMove:
    """Begin to reckon what a version would do to everything open now; nothing is changed."""
    require(actor, "readiness.view_capabilityversion")
    _movable(version_id)
    _one_asks(version_id)
    ClockMove.objects.filter(
        version=version_id, kind=ClockMove.Kind.PREVIEW, state=_State.RUNNING
    ).update(state=_State.DROPPED, done_at=timezone.now())
    return _asked(version_id, ClockMove.Kind.PREVIEW, mode, _State.RUNNING, actor)


@transaction.atomic
def move_running(*, version_id: int, mode: str, actor: Actor) -> ClockMove:
    """Put running promises under a version as well, once it serves everybody; asked twice, once."""
    require(actor, "readiness.introduce_capability")
    version = _movable(version_id)
    _one_asks(version_id)
    known = ClockMove.objects.filter(
        version=version_id, kind=ClockMove.Kind.MOVE, state__in=[_State.WAITING, _State.RUNNING]
    ).first()
    if known is not None:
        return known
    state = _State.RUNNING if _serves_everybody(version) else _State.WAITING
    return _asked(version_id, ClockMove.Kind.MOVE, mode, state, actor)


@transaction.atomic
def leave_running(*, version_id: int, actor: Actor) -> int:
    """Only what begins from now on goes under the version; what was moved stays moved."""
    require(actor, "readiness.introduce_capability")
    _one_asks(version_id)
    return _drop(version_id)


@transaction.atomic
def follow_version(*, version_id: int, state: str) -> None:
    """A version began to serve everybody, or ended: what waited for that begins, or is dropped."""
    _one_asks(version_id)
    if state == GENERAL:
        ClockMove.objects.filter(version=version_id, state=_State.WAITING).update(
            state=_State.RUNNING
        )
    elif state in _OVER:
        _drop(version_id)


def move_slice(limit: int) -> int:
    """One slice of the oldest walk nobody else is on; how many matters it looked at."""
    with transaction.atomic():
        move = (
            ClockMove.objects.filter(state=_State.RUNNING)
            .order_by("asked_at")
            .select_for_update(skip_locked=True)
            .first()
        )
        return _walk(move, limit) if move is not None else 0


def _walk(move: ClockMove, limit: int) -> int:
    version = configuration(move.version_id)
    # Once: the whole slice is judged at one instant.
    now = timezone.now()
    found = Interaction.objects.open().filter(pk__gt=move.after).order_by("pk")
    slice_ = list(found.values_list("pk", flat=True)[:limit])
    matters = _locked(slice_) if move.kind == ClockMove.Kind.MOVE else _read(slice_)
    for matter, events in matters:
        try:
            with transaction.atomic():
                promise = _promise_under(matter, events, version)
                if promise is not None:
                    _one(move, matter, events, promise, now)
        except Exception as problem:  # one that can't be reckoned must not stop the walk for ever
            if not connection.is_usable():
                raise
            _left_behind(move, matter, now, problem)
    move.matters += len(slice_)
    move.after = slice_[-1] if slice_ else move.after
    if len(slice_) < limit:
        move.state, move.done_at = _State.DONE, now
    move.save()
    return max(len(slice_), 1)


def _one(
    move: ClockMove,
    matter: Interaction,
    events: list[InteractionEvent],
    promise: Mapping[str, Any],
    now: datetime,
) -> None:
    # Neither this change nor what came in while the slice was at work may lie in the future.
    at = max([now, *(event.occurred_at for event in events)])
    before = fold_events(events, now=at)
    data: dict[str, Any] = {"mode": move.mode, "promise": dict(promise)}
    if move.kind == ClockMove.Kind.MOVE:
        append(
            matter, "retargeted", actor=SYSTEM, at=at,
            reason=_("running promises go under version %(n)d")
            % {"n": configuration(move.version_id).number},
            **data,
        )  # fmt: skip
        refold(interaction=matter, now=at)
        events = list(matter.events.order_by("seq"))
    else:
        change = InteractionEvent(
            interaction=matter, seq=matter.event_count + 1, type="retargeted", occurred_at=at,
            recorded_at=at, data=data,
        )  # fmt: skip
        events = [*events, change]
    _count(move, matter, before, fold_events(events, now=at))


def _left_behind(move: ClockMove, matter: Interaction, now: datetime, problem: Exception) -> None:
    """It stays under its old version; somebody has to look."""
    said = without_rows(problem)
    _log.error("sla.not_moved", move=move.pk, interaction_id=matter.pk, problem=said)
    clock = matter.clocks.order_by("pk").first()
    if clock is not None and move.kind == ClockMove.Kind.MOVE:
        alarm_staff(clock_id=clock.pk, problem=said, at=now)


def _count(
    move: ClockMove, matter: Interaction, before: Mapping[Key, Folded], after: Mapping[Key, Folded]
) -> None:
    for key, one in before.items():
        new = after.get(key)
        if not one.view.open or new is None:
            continue
        old_due, new_due = one.view.due_at, new.view.due_at
        # What stands still for an answer has no due time: then what is left says it.
        longer = (
            new_due - old_due
            if old_due is not None and new_due is not None
            else new.view.remaining - one.view.remaining
        )
        move.later += longer > 0
        move.earlier += longer < 0
        move.same += longer == 0
        broken = new.view.state == "breached" and one.view.state != "breached"
        move.missed += broken
        if (longer or broken) and len(move.examples) < _EXAMPLES:
            move.examples.append([matter.pk, key[0], old_due, new_due, bool(broken)])


def _promise_under(
    matter: Interaction, events: Iterable[InteractionEvent], version: Resolved
) -> dict[str, Any] | None:
    """The promise under the version; None where it is so already, or there is nothing to change."""
    made = [row.data["promise"] for row in events if row.data.get("promise")]
    before = made[-1] if made else None
    if before is None:
        return None
    if version.slot == SLA_CALENDAR.key:
        known = before["calendar"] in version.config["calendars"]
        if not known or before["calendar_version_id"] == version.version_id:
            return None
        return {**before, "calendar_version_id": version.version_id}
    if before["policy_version_id"] == version.version_id:
        return None
    promise = asdict(promise_for(matter, under={**before, "policy_version_id": version.version_id}))
    calendars = configuration(promise["calendar_version_id"]).config["calendars"]
    if promise["calendar"] not in calendars:
        promise["calendar_version_id"] = _serving_calendars()
    return promise


def _serving_calendars() -> int:
    return resolve(SLA_CALENDAR.key).version_id


def _read(ids: list[int]) -> Iterable[tuple[Interaction, list[InteractionEvent]]]:
    matters = Interaction.objects.select_related("customer").in_bulk(ids)
    rows = InteractionEvent.objects.filter(interaction__in=ids).order_by("interaction_id", "seq")
    for pk, events in groupby(rows, key=lambda row: row.interaction_id):
        yield matters[pk], list(events)


def _locked(ids: list[int]) -> Iterable[tuple[Interaction, list[InteractionEvent]]]:
    """Each matter under its lock, in the order of their ids; who ended meanwhile is left alone."""
    for pk in ids:
        matter = Interaction.objects.lock(pk)
        if matter.status not in Interaction.ENDED:
            yield matter, list(matter.events.order_by("seq"))


def _serves_everybody(version: Resolved) -> bool:
    """As the register stands now, not as a snapshot of it has it."""
    try:
        with read_afresh():
            serving = resolve(version.slot)
    except CapabilityOff:
        return False
    if version.number < serving.number:
        raise RuleBroken("version-over", _("This version no longer serves; nothing goes under it."))
    return version.version_id == serving.version_id


def _movable(version_id: int) -> Resolved:
    version = configuration(version_id)
    if version.slot not in MOVABLE:
        raise RuleBroken("moves-no-clock", _("This version moves no promised time."))
    return version


def _one_asks(version_id: int) -> None:
    """Whoever asks for a walk under a version sees what others asked for it before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"clock-move:{version_id}"]
        )


def _asked(version_id: int, kind: str, mode: str, state: str, actor: Actor) -> ClockMove:
    if mode not in ClockMove.Mode.values:
        raise RuleBroken(
            "unknown-mode", _("Choose how running promises change."), field="mode", kind="invalid"
        )
    person = actor.pk if actor.kind == "user" else None
    return ClockMove.objects.create(
        version_id=version_id, kind=kind, mode=mode, state=state, asked_by_id=person
    )


def _drop(version_id: int) -> int:
    going = ClockMove.objects.filter(
        version=version_id, kind=ClockMove.Kind.MOVE, state__in=[_State.WAITING, _State.RUNNING]
    )
    return going.update(state=_State.DROPPED, done_at=timezone.now())
