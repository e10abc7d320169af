"""Channel adapters: one module per way of delivery, each with the same `send`."""

from collections.abc import Mapping
from typing import Any, Protocol

from interactions.channels import by_hand, email
from interactions.channels.outcome import Result
from interactions.models import Message


class Adapter(Protocol):
    """What a channel offers: hand a message over, and say what came of it."""

    def send(self, message: Message, config: Mapping[str, Any], /) -> Result: ...


_ADAPTERS: Mapping[str, Adapter] = {"email": email}


def adapter_of(channel: str) -> Adapter:
    """The adapter that delivers a channel; people deliver what no adapter does."""
    return _ADAPTERS.get(channel, by_hand)
