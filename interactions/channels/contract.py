"""The contract of a channel adapter: the same three functions for every channel.

`read` turns what a door kept into what was said, and by whom; it has no effects and raises
`Unreadable` for what makes no sense. `send` hands one message over and tells what came of it; it
never raises for what the other side does. `why_not` says why nothing could be sent now, or "".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from interactions.channels.outcome import Result
from interactions.models import Message


class Unreadable(ValueError):
    """What came makes no sense in this channel; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that came with a message."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a message of ours, as its carrier tells it.

    Where we never learnt the carrier's id, it is known by what else the report says of it: a
    `reference` of ours, the number it went `to`, its first `words`.
    """

    wire_id: str
    delivered: bool
    permanent: bool = False
    said: str = ""
    on_its_way: bool = False
    reference: str = ""
    to: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that was said to us, in the same words for every channel.

    `identity` is the sender's own id of it: delivered twice, it is the same. `references` are ids
    of messages it answers, nearest first; `threads` are interactions named by a signed token of
    ours; `conversation` is what the channel itself holds together. `machine` names the sign by
    which a machine wrote it. `reports` are about messages of ours.
    """

    identity: str
    text: str = ""
    whole: str = ""
    subject: str = ""
    sender: str = ""
    sender_name: str = ""
    wire_id: str = ""
    references: tuple[str, ...] = ()
    threads: tuple[int, ...] = ()
    conversation: str = ""
    machine: str = ""
    reports: tuple[Report, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    occurred_at: datetime | None = None
    priority: int = 3
    more: Mapping[str, Any] = field(default_factory=dict)


class Adapter(Protocol):
    """What every channel offers."""

    def read(self, raw: bytes, about: Mapping[str, Any], /) -> Incoming: ...

    def send(self, message: Message, config: Mapping[str, Any], /) -> Result: ...

    def why_not(self, config: Mapping[str, Any], /) -> str: ...
