"""E-mail over SMTP: the same message always carries the same Message-ID."""

import hashlib
import hmac
import smtplib
from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from interactions.channels.outcome import Outcome, Result
from interactions.models import Message

_PERMANENT: Final = 500


def message_id(message: Message) -> str:
    """`<i.interaction.signature@domain>`: known when answered, unguessable, repeatable."""
    signed = hmac.new(
        settings.SECRET_KEY.encode(), message.dedupe_key.encode(), hashlib.sha256
    ).hexdigest()[:32]
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<i.{message.interaction_id}.{signed}@{domain}>"


def compose(message: Message, config: Mapping[str, Any]) -> EmailMessage:
    headers = {"Message-ID": message_id(message)}
    if message.kind != Message.Kind.PUBLIC:
        # Machines must not answer machines.
        headers |= {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    reply_to = config.get("reply_to")
    return EmailMessage(
        subject=message.subject,
        body=message.body,
        to=[message.recipient],
        reply_to=[reply_to] if reply_to else None,
        headers=headers,
    )


def send(message: Message, config: Mapping[str, Any], /) -> Result:
    """Hand over to the mail server; a refused address is told apart from a server that is away."""
    try:
        with get_connection() as connection:
            connection.send_messages([compose(message, config)])
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()))
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        outcome = Outcome.NEVER if code >= _PERMANENT else Outcome.LATER
        return Result(outcome, f"{code} {words}")
    except (smtplib.SMTPException, OSError) as problem:
        return Result(Outcome.LATER, repr(problem))
    except ValueError as problem:
        # An address or header that can't be written down will not improve by waiting.
        return Result(Outcome.NEVER, str(problem))
    return Result(Outcome.SENT)
