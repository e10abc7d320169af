"""The app and devices: what people write there, and alarms, of which one per fault is enough."""

from collections.abc import Mapping
from typing import Any, Final

from interactions.channels import on_page, plain
from interactions.channels.contract import Incoming, Unreadable
from interactions.channels.on_page import send, why_not

__all__ = ["read", "send", "why_not"]

_PRIORITIES: Final = {"critical": 1, "major": 2, "minor": 3, "warning": 4}


def read(raw: bytes, about: Mapping[str, Any], /) -> Incoming:
    body = plain.body_of(raw)
    return _alarm(body) if body.get("type") == "alarm" else on_page.read(raw, about)


def _alarm(body: Mapping[str, Any]) -> Incoming:
    """The same symptom of the same resource is the same matter while that is open."""
    resource, symptom = plain.word(body, "resource", 100), plain.word(body, "symptom", 100)
    if not resource or not symptom:
        raise Unreadable("An alarm names its resource and its symptom.")
    severity = plain.word(body, "severity").lower()
    return plain.message(
        body,
        sender=plain.word(body, "service", 100),
        subject=f"{resource}: {symptom}",
        text=plain.words(body, "text") or f"{resource}: {symptom}",
        conversation=f"alarm:{resource}:{symptom}",
        machine="alarm",
        priority=_PRIORITIES.get(severity, 3),
        more={"alarm": True, "cleared": bool(body.get("cleared")), "service": True},
    )
