"""How a one-time code leaves the house: one sender per channel, honest when none is in use.

An app above, or a deployment, connects a gateway with `connect`; nothing is pretended before.
"""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass

from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from crm.errors import RuleBroken
from readiness.registry.resolve import CapabilityOff, resolve

Sender = Callable[[str, str, str], str]
"""Takes recipient, subject and text; answers with why it failed, or with nothing."""


@dataclass(frozen=True, slots=True)
class Available:
    """Whether a channel carries codes now, and if not, why."""

    ok: bool
    because: str = ""


_senders: dict[str, Sender] = {}


def connect(channel: str, sender: Sender) -> None:
    """Let a gateway carry the codes of a channel."""
    _senders[channel] = sender


def disconnect(channel: str) -> None:
    _senders.pop(channel, None)


def available(channel: str) -> Available:
    """A channel carries codes when an accepted version of it is in use and something delivers."""
    if channel not in _senders:
        return Available(
            ok=False,
            because=_("No %(channel)s gateway is connected. Verify by call-back or document.")
            % {"channel": "SMS" if channel == "sms" else channel},
        )
    try:
        resolve(f"channel.{channel}", unit="codes")
    except CapabilityOff as off:
        return Available(ok=False, because=str(off))
    return Available(ok=True)


def require_available(channel: str) -> None:
    found = available(channel)
    if not found.ok:
        raise RuleBroken("channel-not-in-use", found.because, field="method")


def send(channel: str, recipient: str, subject: str, text: str) -> str:
    """Hand a code over; answers with why it failed, or with nothing. Never in a transaction."""
    return _senders[channel](recipient, subject, text)


def _by_mail(recipient: str, subject: str, text: str) -> str:
    headers = {"Auto-Submitted": "auto-generated"}
    try:
        with get_connection() as connection:
            connection.send_messages(
                [EmailMessage(subject=subject, body=text, to=[recipient], headers=headers)]
            )
    except (smtplib.SMTPException, OSError, ValueError) as problem:
        return str(problem) or type(problem).__name__
    return ""


connect("email", _by_mail)
