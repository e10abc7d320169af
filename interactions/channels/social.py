"""Social media through whatever connects the operator's accounts; a handle is an address."""

from collections.abc import Mapping
from typing import Any

from interactions.channels import gateway, plain
from interactions.channels.contract import Incoming
from interactions.channels.outcome import Result
from interactions.models import Message


def read(raw: bytes, about: Mapping[str, Any], /) -> Incoming:
    return plain.either(raw)


def send(message: Message, config: Mapping[str, Any], /) -> Result:
    return gateway.send(message, config, more={"attachments": gateway.files_of(message)})


def why_not(config: Mapping[str, Any], /) -> str:
    return gateway.why_not("social", config)
