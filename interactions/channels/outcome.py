"""What a channel says after it was asked to send something."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    SENT = "sent"
    # Try again: the server is away or busy.
    LATER = "later"
    # This address will never take it.
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome, and in the channel's own words why."""

    outcome: Outcome
    said: str = ""
