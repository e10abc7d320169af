"""SMS: over the operator's SMSC (SMPP) or a gateway (HTTPS), with delivery reports."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from interactions.channels import gateway, plain, smpp
from interactions.channels.contract import Incoming
from interactions.channels.outcome import Outcome, Result
from interactions.channels.segments import segments
from interactions.models import Message

# Alone on the line, in any case: what carriers everywhere treat as “write to me no more”.
_STOP: Final = frozenset(["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "stopp"])


def read(raw: bytes, about: Mapping[str, Any], /) -> Incoming:
    body = plain.body_of(raw)
    if body.get("type") == "report":
        return plain.report(body)
    # Only who carries our texts says so; somebody could write the same words to us.
    if body.get("type") == "receipt" and (receipt := smpp.receipt(plain.words(body, "text"))):
        said = receipt.wire_id + (":on-its-way" if receipt.on_its_way else "")
        about = plain.about_ours(body)
        receipt = replace(
            receipt,
            reference=about["reference"],
            to=about["to"],
            words=about["words"] or receipt.words,
        )
        return Incoming(identity=plain.word(body, "id") or said, reports=(receipt,))
    sender = plain.number(plain.word(body, "from", 320))
    found = plain.message(body, sender=sender, conversation=sender)
    if found.text.strip(" .!").casefold() in _STOP:
        return replace(found, more={"stop": True})
    return found


def send(message: Message, config: Mapping[str, Any], /) -> Result:
    parts = segments(message.body)
    if parts > int(config.get("most_segments", 6)):
        return Result(Outcome.NEVER, f"{parts} parts are too many for an SMS.")
    if config.get("delivery") == "smpp":
        result = smpp.send(message, str(config.get("sender", "")))
    else:
        result = gateway.send(message, config, more={"segments": parts})
    return replace(result, segments=parts)


def why_not(config: Mapping[str, Any], /) -> str:
    return smpp.why_not() if config.get("delivery") == "smpp" else gateway.why_not("sms", config)
