"""E-mail: read from what the mailbox or a provider kept, sent over SMTP.

The same message always carries the same Message-ID, which leads an answer back to its thread.
"""

import hashlib
import smtplib
from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from interactions.channels import marks, mime, unsubscribing
from interactions.channels.contract import Incoming
from interactions.channels.outcome import Outcome, Result
from interactions.models import Attachment, Interaction, Message

_PERMANENT: Final = 500
_ANY_TYPE: Final = "application/octet-stream"
_TOO_LARGE: Final = 552
_MAILBOX_UNAVAILABLE: Final = frozenset([550, 551, 553])
# Refused for what it says or who sends it (RFC 3463 x.7.x), or full (x.2.2): the address is good.
_NOT_THE_ADDRESS: Final = ("5.7.", "5.2.2", "5.3.", "5.6.")
_LONGEST_THREAD: Final = 12


def read(raw: bytes, about: Mapping[str, Any], /) -> Incoming:
    return mime.read(raw)


def why_not(config: Mapping[str, Any], /) -> str:
    return ""


def message_id(message: Message) -> str:
    """`<i.interaction.signature.once@domain>`: known when answered, unguessable, repeatable."""
    once = hashlib.sha256(message.dedupe_key.encode()).hexdigest()[:24]
    return f"<i.{marks.mark(message.interaction_id)}.{once}@{_domain()}>"


def own_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].casefold()


def compose(message: Message, config: Mapping[str, Any]) -> EmailMessage:
    headers = {"Message-ID": message_id(message), **_thread(message)}
    if _is_automatic(message):
        # Machines must not answer machines.
        headers |= {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    if message.purpose == unsubscribing.MARKETING:
        headers |= unsubscribing.headers(message)
    reply_to = _reply_to(message, str(config.get("reply_to") or ""))
    mail = EmailMessage(
        subject=_subject(message, config),
        body=message.body,
        to=[message.recipient],
        cc=_copies(message),
        reply_to=[reply_to] if reply_to else None,
        headers=headers,
    )
    if message.pk:
        for file in message.attachments.filter(state=Attachment.State.CLEAR):
            mail.attach(file.name, bytes(file.content), file.found_type or _ANY_TYPE)
    return mail


def _copies(message: Message) -> list[str]:
    """Who takes part and reads our replies too; never what a machine of ours sends."""
    if not message.pk or message.automatic or _is_automatic(message):
        return []
    copied = message.interaction.participants.taking_part().filter(copied=True)
    addresses = copied.values_list("address", flat=True)
    return [one for one in addresses if one.casefold() != message.recipient.casefold()]


def send(message: Message, config: Mapping[str, Any], /) -> Result:
    """Hand over to the mail server; what it refuses is told apart from its being away."""
    return send_over(get_connection(), message, config)


def send_over(server: BaseEmailBackend, message: Message, config: Mapping[str, Any]) -> Result:
    """The same to a server of one's choice: a readiness check sends to one that keeps it."""
    try:
        mail = compose(message, config)
        with server as connection:
            if isinstance(connection, SmtpBackend):
                _hand_over(connection, mail, automatic=_is_automatic(message))
            else:
                connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()))
        return _refused(code, said, the_address=True)
    except smtplib.SMTPDataError as refused:
        return _refused(refused.smtp_code, refused.smtp_error, the_address=False)
    except smtplib.SMTPSenderRefused as refused:
        words = _words(refused.smtp_error)
        if refused.smtp_code == _TOO_LARGE or words.startswith("5.3.4"):
            # Told as the size is announced: this mail never fits, the next one may.
            return Result(Outcome.NEVER, f"{refused.smtp_code} {words}")
        # Our own address is not liked: nothing this message could help.
        return Result(Outcome.AWAY, f"{refused.smtp_code} {words}")
    except (smtplib.SMTPException, OSError) as problem:
        return Result(Outcome.AWAY, repr(problem))
    except ValueError as problem:
        # An address or header that can't be written down will not improve by waiting.
        return Result(Outcome.NEVER, str(problem), unreachable=True)
    return Result(Outcome.SENT)


def _hand_over(connection: SmtpBackend, mail: EmailMessage, *, automatic: bool) -> None:
    # No answer can come back to nobody, so a notice never starts a loop.
    envelope = "" if automatic else own_address()
    built: Any = mail.message()
    if connection.connection is not None:
        data = built.as_bytes(linesep="\r\n")
        connection.connection.sendmail(envelope, mail.recipients(), data)


def _refused(code: int, said: Any, *, the_address: bool) -> Result:
    words = _words(said)
    if code < _PERMANENT or words.startswith("5.2.2"):
        return Result(Outcome.LATER, f"{code} {words}")
    bad = the_address and code in _MAILBOX_UNAVAILABLE
    return Result(
        Outcome.NEVER,
        f"{code} {words}",
        unreachable=bad and not words.startswith(_NOT_THE_ADDRESS),
    )


def _words(said: Any) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def _is_automatic(message: Message) -> bool:
    return message.kind != Message.Kind.PUBLIC


def _domain() -> str:
    return own_address().rpartition("@")[2] or "localhost"


def _reply_to(message: Message, address: str) -> str:
    """`care+<mark>@domain`, when the version in use says that the address takes plus signs."""
    local, at, domain = address.partition("@")
    if not at or message.kind == Message.Kind.STAFF or "+" in local:
        return address
    return f"{local}+{marks.mark(message.interaction_id)}@{domain}"


def _subject(message: Message, config: Mapping[str, Any]) -> str:
    """One line; with the mark in it where reply addresses can't carry it."""
    subject = " ".join(message.subject.split())
    if config.get("subject_mark") and message.kind != Message.Kind.STAFF:
        return f"{subject} [#{marks.mark(message.interaction_id)}]"
    return subject


def _thread(message: Message) -> dict[str, str]:
    """In-Reply-To and References: the mails of this interaction, the last one of theirs first."""
    if message.kind == Message.Kind.STAFF or not message.interaction_id:
        return {}
    known = list(
        Message.objects.filter(interaction=message.interaction_id, channel="email")
        .exclude(wire_id="")
        .exclude(pk=message.pk)
        .exclude(kind=Message.Kind.STAFF)
        .order_by("-created_at", "-pk")
        .values_list("wire_id", "direction")[:_LONGEST_THREAD]
    )
    # Anything could stand in what others sent: only what looks like an id goes on.
    known = [one for one in known if mime.is_id(one[0])]
    theirs = next((wire_id for wire_id, way in known if way == Interaction.Direction.INBOUND), "")
    if not known:
        return {}
    chain = [wire_id for wire_id, _way in reversed(known)]
    return {"In-Reply-To": theirs or chain[-1], "References": " ".join(chain)}
