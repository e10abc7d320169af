"""What a person delivers: said on the phone, in the shop, by letter; no worker ever can."""

from collections.abc import Mapping
from typing import Any

from interactions.channels.outcome import Outcome, Result
from interactions.models import Message


def send(message: Message, config: Mapping[str, Any], /) -> Result:
    return Result(Outcome.NEVER, f"nothing delivers {message.channel} by itself")


def why_not(config: Mapping[str, Any], /) -> str:
    return "A person tells the customer."
