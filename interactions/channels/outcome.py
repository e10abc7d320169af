"""What a channel says after it was asked to send something."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    SENT = "sent"
    # Try this one again: it was put off, or refused for now.
    LATER = "later"
    # Nothing can be handed over at all now; the message itself was not looked at.
    AWAY = "away"
    # It was said and not answered: it may have been taken, and the channel can't tell a repeat.
    UNSURE = "unsure"
    # This will never be taken.
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome, in the channel's own words why, and what the carrier calls the message.

    `unreachable` says that it is the address that is bad, and not what was written to it.
    """

    outcome: Outcome
    said: str = ""
    wire_id: str = ""
    unreachable: bool = False
    segments: int | None = None
