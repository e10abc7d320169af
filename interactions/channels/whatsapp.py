"""Messaging over a provider; after the session window only a template may begin again."""

from collections.abc import Mapping
from typing import Any

from interactions.channels import gateway, plain
from interactions.channels.contract import Incoming
from interactions.channels.outcome import Result
from interactions.models import Message


def read(raw: bytes, about: Mapping[str, Any], /) -> Incoming:
    body = plain.body_of(raw)
    if body.get("type") == "report":
        return plain.report(body)
    sender = plain.number(plain.word(body, "from", 320))
    return plain.message(body, sender=sender, conversation=sender)


def send(message: Message, config: Mapping[str, Any], /) -> Result:
    # Notices are worded by the template set, which is what providers want outside the window.
    template = message.kind == Message.Kind.NOTICE
    more = {"template": template, "attachments": gateway.files_of(message)}
    return gateway.send(message, config, more=more)


def why_not(config: Mapping[str, Any], /) -> str:
    return gateway.why_not("whatsapp", config)
