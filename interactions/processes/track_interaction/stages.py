"""Which stage of a promise comes next, and the one insert that decides who acts on it."""

from dataclasses import dataclass
from typing import Final

from crm import sql
from interactions import clock as engine
from interactions.clock.stages import plan
from interactions.models import Commitment, SlaClock

CONTRACT: Final = 1
BREACH: Final = 100


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A stage of a promise and the instant from which it may fire."""

    fires_at: int
    number: int
    percent: int


def pending(clock: SlaClock, view: engine.ClockView, done: set[tuple[int, int]]) -> list[Due]:
    """Stages not yet acted on, soonest first.

    Once a new promise stands, its own stages count; of the contract only the breach is left.
    """
    if not view.open:
        return []
    stages = [
        Due(stage.fires_at, CONTRACT, stage.percent)
        for stage in view.stages()
        if clock.commitment_no == CONTRACT or stage.percent == BREACH
    ]
    if clock.commitment_no > CONTRACT:
        stages += _of_promise(clock, view)
    return sorted(due for due in stages if (due.number, due.percent) not in done)


def next_due(clock: SlaClock, view: engine.ClockView, done: set[tuple[int, int]]) -> Due | None:
    return next(iter(pending(clock, view, done)), None)


def win(clock: SlaClock, number: int, percent: int, *, superseded: bool = False) -> bool:
    """Whether we are the one to act on this stage: true once, whoever and however often tries."""
    return bool(
        sql.rows(
            "interactions/win_stage.sql",
            {
                "clock": clock.pk,
                "number": number,
                "stage": percent,
                "superseded": superseded,
            },
        )
    )


def _of_promise(clock: SlaClock, view: engine.ClockView) -> list[Due]:
    promise: Commitment | None = clock.commitments.filter(number=clock.commitment_no).first()
    if promise is None or promise.due_at is None or view.track is None:
        return []
    start = engine.seconds(promise.created_at)
    track = engine.Track(start, view.track.calendars, view.track.pauses)
    length = track.consumed(engine.seconds(promise.due_at))
    return [
        Due(stage.fires_at, promise.number, stage.percent)
        for stage in plan(track, length, view.stages_wanted)
    ]
