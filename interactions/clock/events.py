"""What goes into a fold: events, and what was promised for which target."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

STAGES: Final = (50, 75, 90, 100, 125, 150)


class Metric(StrEnum):
    """What a clock measures."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"
    PERIODIC_UPDATE = "periodic_update"


class Mode(StrEnum):
    """What becomes of the time already consumed when a target changes."""

    CARRY = "carry"
    RETRO = "retro"
    PROPORTIONAL = "proportional"
    RESTART = "restart"


class Kind(StrEnum):
    """Events that can move a clock; every other type is history only."""

    OPENED = "opened"
    CUSTOMER_MESSAGE = "customer_message"
    AGENT_REPLY = "agent_reply"
    REPLY_TAKEN_BACK = "reply_taken_back"
    PAUSE = "pause"
    RESUME = "resume"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    RESTORED = "restored"
    RETARGETED = "retargeted"
    CALENDAR_VERSION = "calendar_version"


# Other names under which the same thing is known to importers, channels and case files.
ALIASES: Final[Mapping[str, Kind]] = {
    **{kind.value: kind for kind in Kind},
    **dict.fromkeys(("open", "created", "logged", "received", "started"), Kind.OPENED),
    **dict.fromkeys(
        ("customer_reply", "customer_replied", "inbound_message", "message_in"),
        Kind.CUSTOMER_MESSAGE,
    ),
    **dict.fromkeys(
        ("agent_message", "agent_replied", "public_reply", "public_update", "update", "reply"),
        Kind.AGENT_REPLY,
    ),
    **dict.fromkeys(("paused", "hold", "on_hold", "waiting", "snoozed"), Kind.PAUSE),
    **dict.fromkeys(("resumed", "unpause", "unpaused", "hold_ended"), Kind.RESUME),
    **dict.fromkeys(("resolve", "completed", "complete", "solved"), Kind.RESOLVED),
    **dict.fromkeys(("reopen", "re_opened"), Kind.REOPENED),
    **dict.fromkeys(("close",), Kind.CLOSED),
    **dict.fromkeys(
        ("cancel", "canceled", "merged", "merge", "merged_into", "spam", "withdrawn"),
        Kind.CANCELLED,
    ),
    **dict.fromkeys(("unmerged", "merge_undone", "uncancelled"), Kind.RESTORED),
    **dict.fromkeys(
        ("retarget", "reprioritise", "reprioritised", "reprioritize", "reprioritized",
         "priority_changed", "policy_version", "target_changed"),
        Kind.RETARGETED,
    ),
    **dict.fromkeys(
        ("calendar", "calendar_changed", "calendar_change"), Kind.CALENDAR_VERSION
    ),
}  # fmt: skip

_MACHINES: Final = frozenset({"bot", "system", "machine", "ai"})


def kind_of(written: str) -> Kind | None:
    """The kind of an event type; None for notes, automatic mail and whatever else is history."""
    return ALIASES.get(written.strip().lower().replace("-", "_").replace(" ", "_"))


@dataclass(frozen=True, slots=True)
class Event:
    """One row of an interaction's append-only log, as the clock sees it.

    Keys of `data` that matter: `reason_class`, `reason`, `pause_id` (pause, resume); `mode`,
    `target`, `calendar`, `policy_version` (retargeted); `calendar` (calendar_version); `mode`
    (reopened); `informed_by` (closed); `undone` (reopened); `direction` (opened); `automatic`,
    `public` (messages); `replied_at` (reply_taken_back).
    """

    seq: int
    type: str
    at: int
    recorded_at: int | None = None
    actor_kind: str = ""
    by: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def occurred_at(self) -> int:
        """Never later than it was recorded, whatever the sender's clock said."""
        return self.at if self.recorded_at is None else min(self.at, self.recorded_at)

    @property
    def by_machine(self) -> bool:
        """Bots, auto-replies, survey answers and machine mail, by whatever sign they carry."""
        return self.actor_kind in _MACHINES or any(
            self.data.get(sign) for sign in ("automatic", "auto", "bot", "machine")
        )

    @property
    def public(self) -> bool:
        """Whether the customer can see it."""
        return self.data.get("public", True) is not False and not self.data.get("internal")


ANY_REASON: Final = "*"
_WAITING: Final = frozenset({"waiting_customer", "waiting_third_party"})


@dataclass(frozen=True, slots=True)
class Target:
    """One promise of a policy version: so many seconds of that calendar."""

    metric: Metric
    seconds: int
    calendar: str
    # Reason classes that pause; None takes the metric's default, `ANY_REASON` admits all.
    pauses: frozenset[str] | None = None
    stages: tuple[int, ...] = STAGES
    reopen: Mode = Mode.CARRY
    stop_on_resolve: bool = False
    max_pause_seconds: int | None = None

    def pausable_by(self, reason_class: str) -> bool:
        """Whether waiting for this reason stops the clock; an unnamed reason does if any does."""
        pauses = self.pauses
        if pauses is None:
            pauses = _WAITING if self.metric is Metric.RESOLUTION else frozenset()
        return ANY_REASON in pauses or (bool(pauses) and reason_class in pauses | {""})


@dataclass(frozen=True, slots=True)
class Policy:
    """One immutable policy (agreement) version and the targets it promises."""

    version: str
    targets: Mapping[Metric, Target]
