"""Clocks as screens draw them: state, what is left in the desk's own hours, and when it is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.utils.translation import gettext as _

from crm.web import times
from interactions import clock as engine
from interactions.governed import calendars as calendar_config
from interactions.models import Commitment, Interaction, SlaClock
from interactions.web import wording
from readiness.registry.resolve import configuration

# What is read of a clock to say how it stands.
_SHOWN = (
    *("interaction", "target", "state", "commitment_no", "calendar", "calendar_version"),
    *("started_at", "due_at", "stopped_at", "cancelled_at", "jeopardy_at"),
    *("target_seconds", "consumed_seconds"),
)
_A_MOMENT = timedelta(seconds=1)
_SOON = 0.75


@dataclass(frozen=True, slots=True)
class Due:
    """What one cell or panel shows about one promise."""

    clock: SlaClock | None
    state: str
    left: str
    what: str
    at: str
    seconds: int
    share: float
    due_at: datetime | None
    in_hours: bool = False

    @property
    def live(self) -> bool:
        """Whether the promise can still be kept and its time is not stopped."""
        return self.state in {"ok", "soon", "risk"}

    @property
    def running(self) -> bool:
        """Whether what is left shrinks now; outside the desk's hours it stands still."""
        return self.in_hours and self.live


@lru_cache(maxsize=64)
def _calendar(version_id: int, name: str) -> engine.Calendar:
    # A version never changes, so what was read from it once stays true.
    return calendar_config.calendar(configuration(version_id).config, name)


def desk_seconds(clock: SlaClock, start: datetime, end: datetime) -> int:
    """Seconds the clock's calendar is open between two instants; negative the other way round."""
    calendar = _calendar(clock.calendar_version_id, clock.calendar)
    if end < start:
        return -calendar.measure(engine.seconds(end), engine.seconds(start))
    return calendar.measure(engine.seconds(start), engine.seconds(end))


def of_clock(clock: SlaClock, promised: datetime | None, now: datetime) -> Due:
    """One clock against the promise that stands: the last one made, else the contract."""
    what = wording.target(clock.target)
    due_at = promised or clock.due_at
    if clock.state == SlaClock.State.CANCELLED:
        return Due(clock, "paused", _("cancelled"), what, "", 0, 0, None)
    if clock.stopped_at is not None:
        return _stopped(clock, what, due_at)
    if due_at is None:
        left = max(clock.target_seconds - clock.consumed_seconds, 0)
        share = clock.consumed_seconds / max(clock.target_seconds, 1)
        return Due(clock, "paused", times.left(left), what, _("stopped"), left, share, None)
    return _running(clock, what, due_at, now)


def _stopped(clock: SlaClock, what: str, due_at: datetime | None) -> Due:
    assert clock.stopped_at is not None  # noqa: S101  # told to the type checker
    if due_at is None:
        return Due(clock, "met", _("met"), what, "", 0, 1, None)
    spare = desk_seconds(clock, clock.stopped_at, due_at)
    if clock.stopped_at <= due_at:
        said = _("met, %(time)s early") % {"time": times.left(spare)} if spare else _("met")
        return Due(clock, "met", said, what, times.instant(due_at), spare, 1, due_at)
    said = _("missed by %(time)s") % {"time": times.left(spare)}
    return Due(clock, "over", said, what, times.instant(due_at), spare, 1, due_at)


def _running(clock: SlaClock, what: str, due_at: datetime, now: datetime) -> Due:
    left = desk_seconds(clock, now, due_at)
    total = max(desk_seconds(clock, clock.started_at, due_at), 1)
    at = times.instant(due_at)
    if now > due_at:
        said = _("%(time)s late") % {"time": times.left(left)} if left else _("late")
        return Due(clock, "over", said, what, at, left, 1, due_at)
    share = 1 - left / total
    at_risk = clock.jeopardy_at is not None and clock.commitment_no == 1
    state = "risk" if at_risk else "soon" if share >= _SOON else "ok"
    if clock.state == SlaClock.State.PAUSED:
        state = "paused"
    in_hours = desk_seconds(clock, now, now + _A_MOMENT) > 0
    return Due(clock, state, times.left(left), what, at, left, share, due_at, in_hours)


def running(interactions: Iterable[Interaction]) -> dict[int, list[SlaClock]]:
    """The clocks of each that neither stopped nor were cancelled, in one query."""
    found: dict[int, list[SlaClock]] = {one.pk: [] for one in interactions}
    rows = SlaClock.objects.filter(interaction__in=list(found), stopped_at=None, cancelled_at=None)
    for clock in rows.only(*_SHOWN).order_by("pk"):
        found[clock.interaction_id].append(clock)
    return found


def standing_promises(clocks: Iterable[SlaClock]) -> dict[int, datetime]:
    """The last promise of each clock that has more than its contract, in one query."""
    later = [clock.pk for clock in clocks if clock.commitment_no > 1]
    if not later:
        return {}
    made = (
        Commitment.objects.filter(clock__in=later, number__gt=1, due_at__isnull=False)
        .exclude(outcome=Commitment.Outcome.REPLACED)
        .order_by("number")
    )
    return {pk: due for pk, due in made.values_list("clock_id", "due_at") if due is not None}


def due_next(clocks: list[SlaClock], promised: dict[int, datetime], now: datetime) -> Due | None:
    """What is due next of one interaction; one that stands still if that is all there is."""
    mine = [clock for clock in clocks if clock.stopped_at is None and not clock.cancelled_at]
    counting = [
        (due_at, place)
        for place, clock in enumerate(mine)
        if (due_at := promised.get(clock.pk) or clock.due_at) is not None
    ]
    if not mine:
        return None
    # Only the one that is shown is reckoned in the desk's hours.
    first = mine[min(counting)[1]] if counting else mine[0]
    return of_clock(first, promised.get(first.pk), now)
