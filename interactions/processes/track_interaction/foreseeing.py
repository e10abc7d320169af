"""Foresee a miss: learn how long each queue takes, and know when a promise of it is in doubt."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from crm import sql
from interactions import clock as engine
from interactions.governed import JEOPARDY
from interactions.models import QueuePace, SlaClock
from readiness.registry.resolve import CapabilityOff, Resolved, resolve

# The newest of a queue say more than many old ones, and bound the work.
_MOST: Final = 2000
_FRESH_SECONDS: Final = 60.0
_Queue = tuple[int | None, str, str]
_known: dict[_Queue, engine.Pace] = {}
_read_at = -_FRESH_SECONDS


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the predictor can say about one clock: the pace it goes by, and its settings."""

    pace: engine.Pace
    version: Resolved

    @property
    def config(self) -> Mapping[str, Any]:
        return self.version.config

    def asked_from(self, target: int) -> int | None:
        """Consumed seconds from which the owner is asked whether this will be met."""
        return self._from(target, self.config["ask_below"])

    def told_from(self, target: int) -> int | None:
        """Consumed seconds from which a miss is likely enough to tell the customer."""
        return self._from(target, self.config["tell_below"])

    def needed(self, target: int, consumed: int) -> int | None:
        """Counting seconds to a date that can be kept; None while the promise itself can."""
        needed = self.pace.still_needs(consumed, self.config["date_kept_by"])
        return needed if needed is not None and consumed + needed > target else None

    def _from(self, target: int, below: int) -> int | None:
        doubtful = self.pace.doubtful_from(target, below)
        if doubtful is None or doubtful >= target:
            return None
        return max(doubtful, target * int(self.config["earliest_percent"]) // 100)


def outlook(clock: SlaClock) -> Outlook | None:
    """What is known of a clock's queue; None where too little was finished, or nobody foresees."""
    matter = clock.interaction
    try:
        version = resolve(JEOPARDY.key, unit=str(matter.public_id))
    except CapabilityOff:
        return None
    if clock.target not in version.config["targets"]:
        return None
    paces = _paces()
    pace = paces.get((matter.team_id, clock.target, clock.rule)) or paces.get(
        (None, clock.target, clock.rule)
    )
    return Outlook(pace, version) if pace else None


@transaction.atomic
def learn_paces(now: datetime) -> int:
    """Learn anew how long those queues take that finished something; returns how many."""
    try:
        config = resolve(JEOPARDY.key).config
    except CapabilityOff:
        return 0
    since = now - timedelta(days=config["window_days"])
    learnt = sql.rows(
        "interactions/pace_learn.sql",
        {
            "since": since,
            "targets": list(config["targets"]),
            "points": [point / 100 for point in range(101)],
            "most": _MOST,
            "least": config["least"],
            "now": now,
        },
    )
    # What is known of a queue that finished nothing for so long says nothing about today.
    QueuePace.objects.filter(learnt_at__lt=since).delete()
    forget_paces()
    transaction.on_commit(forget_paces)
    return len(learnt)


def forget_paces() -> None:
    """Read afresh at the next question."""
    global _read_at  # noqa: PLW0603  # one snapshot per process is the design
    _read_at = -_FRESH_SECONDS


def _paces() -> Mapping[_Queue, engine.Pace]:
    """Every queue's pace, read once a minute: a fold must not cost a question."""
    global _known, _read_at  # noqa: PLW0603  # one snapshot per process is the design
    now = time.monotonic()
    if now - _read_at >= _FRESH_SECONDS:
        rows = QueuePace.objects.values_list("team_id", "target", "rule", "seconds")
        _known = {
            (team, target, rule): engine.Pace(tuple(seconds))
            for team, target, rule, seconds in rows
        }
        _read_at = now
    return _known
