"""Channels whose customer reads the answer where they wrote: it is there, nothing is sent."""

from collections.abc import Mapping
from typing import Any

from interactions.channels import plain
from interactions.channels.contract import Incoming
from interactions.channels.outcome import Outcome, Result
from interactions.models import Message


def read(raw: bytes, about: Mapping[str, Any], /) -> Incoming:
    """Our own pages name the thread by its mark; a widget of somebody else by its conversation."""
    return plain.either(raw)


def send(message: Message, config: Mapping[str, Any], /) -> Result:
    return Result(Outcome.SENT)


def why_not(config: Mapping[str, Any], /) -> str:
    return ""
