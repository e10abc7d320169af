"""Phone, shop, letter: a person delivers these, so a worker never can."""

from collections.abc import Mapping
from typing import Any

from interactions.channels.outcome import Outcome, Result
from interactions.models import Message


def send(message: Message, config: Mapping[str, Any], /) -> Result:
    return Result(Outcome.NEVER, f"nothing delivers {message.channel} by itself")
