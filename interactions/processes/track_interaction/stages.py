"""Which stage of a promise comes next, and the one insert that decides who acts on it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from crm import sql
from customers.contactability import quiet_around
from customers.models import CommunicationNeed
from interactions import clock as engine
from interactions.clock.stages import plan
from interactions.models import Commitment, Interaction, SlaClock
from interactions.processes.track_interaction.foreseeing import outlook

CONTRACT: Final = 1
BREACH: Final = 100
# Moments that are no share of the target: a policy's own stages are multiples of five.
FORESEEN: Final = 1
UNLIKELY: Final = 2
LONG_PAUSE: Final = 3
BEFORE_QUIET: Final = 4
SILENT: Final = 101
FORETOLD: Final = frozenset({FORESEEN, UNLIKELY})
MOMENTS: Final = FORETOLD | {LONG_PAUSE, BEFORE_QUIET, SILENT}
# A tick and the sender take seconds; a carrier that is away is asked again within minutes.
_AHEAD_OF_QUIET: Final = 900


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A stage of a promise and the instant from which it may fire."""

    fires_at: int
    number: int
    percent: int


@dataclass(frozen=True, slots=True)
class Try:
    """A stage somebody wants to act on; superseded when a later one is told in its place."""

    clock_id: int
    number: int
    percent: int
    superseded: bool


def pending(
    clock: SlaClock,
    view: engine.ClockView,
    policy: Mapping[str, Any],
    done: Collection[tuple[int, int]],
    promises: Iterable[Commitment],
    *,
    quiet: CommunicationNeed | None,
) -> list[Due]:
    """Stages not yet acted on, soonest first.

    Once a new promise stands, its own stages count; of the contract only the breach is left.
    `quiet` says when the customer wants no message.
    """
    if not view.open:
        return []
    stages = [
        Due(stage.fires_at, CONTRACT, stage.percent)
        for stage in view.stages()
        if clock.commitment_no == CONTRACT or stage.percent == BREACH
    ]
    track = view.track
    if clock.commitment_no > CONTRACT:
        standing = next((one for one in promises if one.number == clock.commitment_no), None)
        track = _track_of(standing, view)
        stages += _of_promise(standing, view)
    else:
        stages += _in_doubt(clock, view) + _in_silence(view, policy)
    stages = [due for due in stages if (due.number, due.percent) not in done]
    if quiet is not None and track is not None and tells_customer(clock, policy):
        told_at = policy["customer_notice"].get("stage", 0)
        early = _before_quiet(clock, view, track, stages, told_at=told_at, quiet=quiet)
        stages += [due for due in early if (due.number, due.percent) not in done]
    if view.pause_guard_at is not None:
        # Each pause has its own end; once it is over there is nothing left to fire.
        stages.append(Due(view.pause_guard_at, CONTRACT, LONG_PAUSE))
    return sorted(stages)


def win(clock: SlaClock, number: int, percent: int, *, superseded: bool = False) -> bool:
    """Whether we are the one to act on this stage: true once, whoever and however often tries."""
    return bool(win_all([Try(clock.pk, number, percent, superseded=superseded)]))


def win_all(tries: Sequence[Try]) -> set[tuple[int, int, int]]:
    """Which of these we are the one to act on, as clock, promise number and stage."""
    if not tries:
        return set()
    won = sql.rows(
        "interactions/win_stages.sql",
        {
            "clocks": [one.clock_id for one in tries],
            "numbers": [one.number for one in tries],
            "stages": [one.percent for one in tries],
            "superseded": [one.superseded for one in tries],
        },
    )
    return {(row["clock_id"], row["commitment_no"], row["stage"]) for row in won}


def _in_doubt(clock: SlaClock, view: engine.ClockView) -> list[Due]:
    """When the contract becomes doubtful and then unlikely, by the pace of its queue now."""
    # While it stands still for an answer, nobody can say when it will be done.
    ahead = outlook(clock) if view.due_at is not None else None
    if ahead is None or view.track is None:
        return []
    moments = {
        FORESEEN: ahead.asked_from(view.effective_target),
        UNLIKELY: ahead.told_from(view.effective_target),
    }
    changed_at = view.last_change_at or 0
    return [
        Due(max(at, changed_at), CONTRACT, moment)
        for moment, consumed in moments.items()
        if consumed is not None and (at := view.track.reach(consumed)) is not None
    ]


def _in_silence(view: engine.ClockView, policy: Mapping[str, Any]) -> list[Due]:
    """When the customer has waited long enough after a miss for somebody to say something.

    Where notices go by themselves, one has gone by then.
    """
    notice = policy.get("customer_notice", {})
    wait = notice.get("silent_after_seconds")
    if wait is None or notice.get("automatic") or view.track is None:
        return []
    if view.metric.value not in notice.get("targets", ()):
        return []
    at = view.track.reach(view.effective_target + wait)
    return [] if at is None else [Due(max(at, view.last_change_at or at), CONTRACT, SILENT)]


def tells_customer(clock: SlaClock, policy: Mapping[str, Any]) -> bool:
    """Whether the policy lets us tell the customer of this promise by ourselves."""
    notice = policy.get("customer_notice", {})
    return bool(
        notice.get("automatic")
        and clock.target in notice["targets"]
        and clock.interaction.direction == Interaction.Direction.INBOUND
    )


def _before_quiet(
    clock: SlaClock,
    view: engine.ClockView,
    track: engine.Track,
    stages: Iterable[Due],
    *,
    told_at: int,
    quiet: CommunicationNeed,
) -> list[Due]:
    """When to tell the customer instead, if quiet hours would keep the notice until it is too late.

    Before half of its time is used nothing can be said about a promise.
    """
    number = clock.commitment_no
    standing = [due for due in stages if due.number == number]
    notices = [
        due.fires_at
        for due in standing
        if due.percent == UNLIKELY or (due.percent not in MOMENTS and due.percent >= told_at)
    ]
    over = next((due.fires_at for due in standing if due.percent == BREACH), None)
    span = quiet_around(quiet, engine.moment(min(notices))) if notices else None
    if over is None or span is None or engine.seconds(span[1]) < over:
        return []
    begins = engine.seconds(span[0])
    at = max(begins - _AHEAD_OF_QUIET, view.last_change_at or 0)
    if at >= begins or track.consumed(at) * 2 < max(track.consumed(over), 1):
        return []
    return [Due(at, number, BEFORE_QUIET)]


def _track_of(promise: Commitment | None, view: engine.ClockView) -> engine.Track | None:
    """Where a later promise counts: as its clock does, from when it was made."""
    if promise is None or view.track is None:
        return None
    start = engine.seconds(promise.created_at)
    return engine.Track(start, view.track.calendars, view.track.pauses)


def _of_promise(promise: Commitment | None, view: engine.ClockView) -> list[Due]:
    track = _track_of(promise, view)
    if promise is None or promise.due_at is None or track is None:
        return []
    due_at = engine.seconds(promise.due_at)
    length = track.consumed(due_at)
    # Of one that lies whole outside the hours no share can be told.
    wanted = [percent for percent in view.stages_wanted if length or percent == BREACH]
    return [
        # A date promised for a time that does not count is broken when it has passed, not before.
        Due(
            max(stage.fires_at, due_at + 1) if stage.percent == BREACH else stage.fires_at,
            promise.number,
            stage.percent,
        )
        for stage in plan(track, length, wanted)
    ]
