"""One-time codes of customer information leave over the SMS channel that is in use."""

from customers import code_channels
from interactions.channels import sms
from interactions.channels.outcome import Outcome
from interactions.models import Message
from readiness.registry.resolve import CapabilityOff, resolve

_SLOT = "channel.sms"


def send(recipient: str, _subject: str, text: str) -> str:
    """Hand one code over; no row keeps its text."""
    try:
        config = resolve(_SLOT, unit="codes").config
    except CapabilityOff as off:
        return str(off)
    result = sms.send(Message(channel="sms", recipient=recipient, body=text), config)
    return "" if result.outcome == Outcome.SENT else result.said or str(result.outcome)


def why_not() -> str:
    """Why no code could leave now; empty when one could."""
    try:
        config = resolve(_SLOT, unit="codes").config
    except CapabilityOff as off:
        return str(off)
    if config.get("delivery") == "none":
        return f"The version of {_SLOT} in use delivers nothing."
    return sms.why_not(config)


code_channels.connect("sms", send, why_not=why_not)
