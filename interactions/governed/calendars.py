"""Calendars: the hours in which a promise counts, by name."""

from collections.abc import Mapping
from typing import Any, Final

from interactions.clock import Calendar, CalendarError
from interactions.governed import words
from readiness.registry.slots import Slot

_WORKDAY: Final = [["08:00", "20:00"]]
_SATURDAY: Final = [["09:00", "17:00"]]

BASELINE: Final[Mapping[str, Any]] = {
    "calendars": {
        "desk": {
            "tz": "Europe/London",
            "weekly": {
                **{str(day): _WORKDAY for day in range(1, 6)},
                "6": _SATURDAY,
            },
            "exceptions": {
                "2025-12-25": {"name": "Christmas Day", "intervals": []},
                "2025-12-26": {"name": "Boxing Day", "intervals": []},
                "2026-01-01": {"name": "New Year's Day", "intervals": []},
                "2026-04-03": {"name": "Good Friday", "intervals": []},
                "2026-04-06": {"name": "Easter Monday", "intervals": []},
                "2026-12-24": {"name": "Christmas Eve", "intervals": [["08:00", "16:00"]]},
                "2026-12-25": {"name": "Christmas Day", "intervals": []},
                "2026-12-28": {"name": "Boxing Day (substitute)", "intervals": []},
                "2027-01-01": {"name": "New Year's Day", "intervals": []},
                "2027-03-26": {"name": "Good Friday", "intervals": []},
                "2027-03-29": {"name": "Easter Monday", "intervals": []},
                "2027-12-27": {"name": "Christmas Day (substitute)", "intervals": []},
                "2027-12-28": {"name": "Boxing Day (substitute)", "intervals": []},
            },
        },
        "round-the-clock": {"tz": "UTC", "always": True},
    }
}


def calendar(config: Mapping[str, Any], name: str) -> Calendar:
    """One calendar of a configuration; CalendarError when it isn't there or can't be read."""
    written = config.get("calendars", {})
    if name not in written:
        raise CalendarError(f"there is no calendar {name!r}; there are {', '.join(written)}")
    return Calendar.from_dict(written[name], name=name)


def check(config: Mapping[str, Any]) -> None:
    """ValueError with a sentence unless every calendar can be read and opens at some time."""
    written = config.get("calendars")
    if not isinstance(written, Mapping) or not written:
        raise ValueError("A calendar configuration has an object “calendars” with at least one.")
    for name in written:
        try:
            opens = calendar(config, name).reach(0, 1)
        except CalendarError as problem:
            raise ValueError(f"Calendar {name}: {problem}.") from None
        if opens is None:
            raise ValueError(f"Calendar {name} never opens, so nothing would ever come due.")


SLOT: Final = Slot(
    key="sla.calendar",
    title="Service-level calendars",
    unit="customer",
    processes=("1.3.5.6",),
    baseline=BASELINE,
    code_ref="interactions.clock",
    check_config=check,
    settings=words.SLA_CALENDAR,
)
