"""Rebuild an interaction from its events and say where what is stored differs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from interactions.models import Interaction, InteractionEvent, SlaClock
from interactions.processes.track_interaction.folding import fold_events, values_of

_Status = Interaction.Status
# What a clock shows at the moment of asking moves on by itself and is no difference.
_MOVING = frozenset({"consumed_seconds", "folded_seq"})
_LIVE = frozenset({"running", "paused", "breached"})


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored value that the events do not say."""

    about: str
    stored: Any
    rebuilt: Any


def rebuild(*, interaction_id: int, now: datetime | None = None) -> list[Difference]:
    """Replay the events of an interaction; an empty answer means that the store is true."""
    now = now or timezone.now()
    interaction = Interaction.objects.get(pk=interaction_id)
    events = list(interaction.events.order_by("seq"))
    found = []
    if events:
        for name, value in state_of(events).items():
            stored = getattr(interaction, name)
            if stored != value:
                found.append(Difference(name, stored, value))
    return found + _clock_differences(interaction, events, now)


def state_of(events: Iterable[InteractionEvent]) -> dict[str, Any]:
    """The fields of an interaction that its events decide."""
    state: dict[str, Any] = {
        "status": _Status.LOGGED.value,
        "outcome": "",
        "customer_informed": "",
        "completed_at": None,
        "closed_at": None,
        "reopened": 0,
        "event_count": 0,
    }
    for event in events:
        state["event_count"] += 1
        state |= _change(event, state)
    return state


def _change(event: InteractionEvent, state: dict[str, Any]) -> dict[str, Any]:
    match event.type:
        case "completed":
            return {
                "status": _Status.COMPLETED.value,
                "completed_at": event.occurred_at,
                "outcome": event.data["outcome"],
            }
        case "closed":
            return {
                "status": _Status.CLOSED.value,
                "closed_at": event.occurred_at,
                "customer_informed": event.data["informed_by"],
            }
        case "reopened":
            return {
                "status": _Status.IN_PROGRESS.value,
                "completed_at": None,
                "closed_at": None,
                "outcome": "",
                "customer_informed": "",
                "reopened": state["reopened"] + 1,
            }
        case "opened" | "status_changed" | "cancelled" | "merged":
            return {"status": event.data.get("status", state["status"])}
        case _:
            return {}


def _clock_differences(
    interaction: Interaction, events: list[InteractionEvent], now: datetime
) -> list[Difference]:
    folded = fold_events(events, now=now)
    stored = {(clock.target, clock.cycle): clock for clock in interaction.clocks.all()}
    found = [
        Difference(f"clock {key}", key in stored, key in folded)
        for key in stored.keys() ^ folded.keys()
    ]
    for key in stored.keys() & folded.keys():
        found += _fields_that_differ(stored[key], values_of(folded[key]))
    return found


def _fields_that_differ(clock: SlaClock, values: dict[str, Any]) -> list[Difference]:
    found = []
    for name, value in values.items():
        stored = getattr(clock, name)
        if name in _MOVING or stored == value:
            continue
        # The stored state is as of the last event or stage; time alone may have moved it since.
        if name == "state" and {stored, value} <= _LIVE and clock.stopped_at is None:
            continue
        found.append(Difference(f"{clock.target} {clock.cycle} {name}", stored, value))
    return found
