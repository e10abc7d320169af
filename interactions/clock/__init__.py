"""The SLA clock as a pure function of events, promises, calendars and now.

No database, no system zone, no reading of the time: what a clock row stores is a cache of this.

    calendar = Calendar.from_dict({"tz": "Europe/Berlin", "weekly": {"1": [["09:00", "17:00"]]}})
    target = Target(Metric.RESOLUTION, seconds=8 * 3600, calendar="desk")
    events = [Event(seq=1, type="opened", at=seconds(opened_at))]

    view = fold(events, target, calendars={"desk": calendar}, now=seconds(asked_at))
    view.state, view.due_at, view.breach_at, view.remaining
    view.next_stage(after=50)       # what next_fire_at holds, None when nothing is to come
    view.catch_up(after=50)         # (stage to tell now, lower ones it supersedes)
    explain(view)                   # every second accounted for

Instants are integer UTC seconds inside; `seconds()` and `moment()` convert at the border.
`fold_cycles` gives every cycle of next_response and periodic_update. A calendar with versions is
a `CalendarHistory`; a `retargeted` event that names a policy version needs `policies`.
"""

from interactions.clock import zones
from interactions.clock.calendar import Calendar, CalendarHistory
from interactions.clock.events import (
    ANY_REASON,
    STAGES,
    Event,
    Kind,
    Metric,
    Mode,
    Policy,
    Target,
    kind_of,
)
from interactions.clock.explain import Row, RowKind, explain
from interactions.clock.fold import UNTOLD, FoldError, fold, fold_cycles
from interactions.clock.foresight import Pace
from interactions.clock.hours import CalendarError, DayException
from interactions.clock.instants import (
    moment,
    read_instant,
    seconds,
    write_instant,
    write_local,
)
from interactions.clock.replay import ReplayError, replay
from interactions.clock.stages import Stage
from interactions.clock.track import Track
from interactions.clock.view import Change, ClockView, State, Wait

__all__ = [
    "ANY_REASON",
    "STAGES",
    "UNTOLD",
    "Calendar",
    "CalendarError",
    "CalendarHistory",
    "Change",
    "ClockView",
    "DayException",
    "Event",
    "FoldError",
    "Kind",
    "Metric",
    "Mode",
    "Pace",
    "Policy",
    "ReplayError",
    "Row",
    "RowKind",
    "Stage",
    "State",
    "Target",
    "Track",
    "Wait",
    "explain",
    "fold",
    "fold_cycles",
    "kind_of",
    "moment",
    "read_instant",
    "replay",
    "seconds",
    "write_instant",
    "write_local",
    "zones",
]
