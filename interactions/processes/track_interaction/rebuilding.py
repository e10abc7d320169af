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
_MOVING = frozenset({"consumed_seconds", "folded_seq", "zone_rules"})
_OVER = frozenset({_Status.CANCELLED.value, _Status.MERGED.value})
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
        found += _participant_differences(interaction, events)
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
        "merged_into_id": None,
        "snoozed_until": None,
        "escalation": 0,
        "tags": [],
        "characteristics": [],
    }
    for event in events:
        state["event_count"] += 1
        state |= _change(event, state)
    return state


def _change(event: InteractionEvent, state: dict[str, Any]) -> dict[str, Any]:
    return _change_of_status(event, state) | _change_of_place(event) | _what_is_known(event, state)


def _change_of_status(event: InteractionEvent, state: dict[str, Any]) -> dict[str, Any]:
    match event.type:
        case "completed":
            return {
                "status": _Status.COMPLETED.value,
                "completed_at": event.occurred_at,
                "outcome": event.data["outcome"],
                "snoozed_until": None,
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
        case "cancelled" | "merged":
            return _ended(event, state)
        case "opened" | "status_changed" | "unmerged":
            return {"status": event.data.get("status", state["status"])} | (
                {"closed_at": None, "merged_into_id": None} if event.type == "unmerged" else {}
            )
        case _:
            return {}


def _ended(event: InteractionEvent, state: dict[str, Any]) -> dict[str, Any]:
    status = event.data.get("status", state["status"])
    if status not in _OVER:
        # Taken out of sight, in the days when that was no ending.
        return {"status": status}
    return {
        "status": status,
        "closed_at": event.occurred_at,
        "merged_into_id": event.data.get("into"),
        "snoozed_until": None,
    }


def _change_of_place(event: InteractionEvent) -> dict[str, Any]:
    """Who has it, whose team it is, and whether it sleeps; known from the event that says so on."""
    data = event.data
    match event.type:
        case "opened" if "owner" in data:
            return {"owner_id": data["owner"], "team_id": data["team"]}
        case "assigned":
            return {"owner_id": data["new"]}
        case "transferred":
            return {"owner_id": None, "team_id": data["new"]}
        case "fields_changed" if "team_id" in data["fields"]:
            return {"team_id": data["fields"]["team_id"]["new"]}
        case "snoozed_until":
            return {"snoozed_until": datetime.fromisoformat(data["until"])}
        case "woken":
            return {"snoozed_until": None}
        case "escalated" | "calmed":
            return {"escalation": data["level"]}
        case _:
            return {}


def _what_is_known(event: InteractionEvent, state: dict[str, Any]) -> dict[str, Any]:
    """What people found out of it: its tags, and who is spoken with."""
    match event.type:
        case "identified":
            return {"verification_level": event.data["level"]}
        case "fields_changed" if "verification_level" in event.data["fields"]:
            return {"verification_level": event.data["fields"]["verification_level"]["new"]}
        case "own_fields_changed":
            return {"characteristics": event.data["characteristics"]}
        case "tagged":
            return {"tags": [*state["tags"], event.data["tag"]]}
        case "untagged":
            return {"tags": [pk for pk in state["tags"] if pk != event.data["tag"]]}
        case _:
            return {}


def _participant_differences(
    interaction: Interaction, events: list[InteractionEvent]
) -> list[Difference]:
    rebuilt: set[str] = set()
    for event in events:
        if event.type == "participant_added":
            rebuilt.add(event.data["participant"])
        elif event.type == "participant_removed":
            rebuilt.discard(event.data["participant"])
    rows = interaction.participants.taking_part().values_list("public_id", flat=True)
    stored = {str(public_id) for public_id in rows}
    return [Difference("participants", stored, rebuilt)] if stored != rebuilt else []


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
