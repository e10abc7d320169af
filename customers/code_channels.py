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


@dataclass(frozen=True, slots=True)
class _Connected:
    """A gateway, and why it could carry nothing now."""

    send: Sender
    why_not: Callable[[], str]


_connected: dict[str, _Connected] = {}


def connect(channel: str, sender: Sender, *, why_not: Callable[[], str] = str) -> None:
    """Let a gateway carry the codes of a channel; `why_not` says what it lacks, or nothing."""
    _connected[channel] = _Connected(sender, why_not)


def available(channel: str) -> Available:
    """A channel carries codes when something delivers it, and an accepted version is in use."""
    why = _why_not(channel)
    if not why:
        return Available(ok=True)
    if channel == "email":
        return Available(ok=False, because=why)
    sentence = _("No %(channel)s gateway is connected. Verify by call-back or document.") % {
        "channel": channel.upper()
    }
    return Available(ok=False, because=sentence)


def _why_not(channel: str) -> str:
    if channel not in _connected:
        return channel
    try:
        resolve(f"channel.{channel}", unit="codes")
    except CapabilityOff as off:
        return str(off)
    return _connected[channel].why_not()


def require_available(channel: str) -> None:
    found = available(channel)
    if not found.ok:
        raise RuleBroken("channel-not-in-use", found.because, field="method")


def send(channel: str, recipient: str, subject: str, text: str) -> str:
    """Hand a code over; answers with why it failed, or with nothing. Never in a transaction."""
    return _connected[channel].send(recipient, subject, text)


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
