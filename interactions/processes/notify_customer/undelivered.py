"""What follows when a message did not reach the customer: the next channel, or a person who calls.

It may be known at once, when the server refuses, or days later, when the mail comes back.
"""

from typing import Final

import structlog
from django.db import transaction
from django.utils import timezone

from crm.access import SYSTEM
from customers.processes.validate_contact import mark_unreachable
from interactions.models import Commitment, Interaction, Message
from interactions.processes.notify_customer.queueing import reach, serving
from interactions.processes.notify_customer.staff import tell_undeliverable
from interactions.processes.track_interaction.timeline import append

_log = structlog.get_logger(__name__)
_NEXT: Final = ":next"
_MOST_CHANNELS: Final = 3


def give_up(message: Message, *, unreachable: bool) -> Message | None:
    """Say on the timeline that it failed, spare the bad address, and plan the next channel.

    Returns the message planned instead; without one, somebody is told to call.
    """
    if message.kind == Message.Kind.STAFF:
        _log.error("message.staff_undeliverable", message=str(message.public_id))
        return None
    interaction = Interaction.objects.lock(message.interaction_id)
    append(
        interaction,
        "message_failed",
        actor=SYSTEM,
        channel=message.channel,
        message=str(message.public_id),
        because=message.last_error,
    )
    if unreachable and message.contact_medium_id:
        mark_unreachable(
            medium_id=message.contact_medium_id, reason=message.last_error, actor=SYSTEM
        )
    instead = _next_channel(message, interaction)
    if instead is None:
        tell_undeliverable(message=message)
    return instead


@transaction.atomic
def came_back(*, message_id: int, permanent: bool, said: str) -> bool:
    """What was sent was returned by the other side; says whether that changed anything."""
    message = Message.objects.select_for_update(of=("self",)).get(pk=message_id)
    if message.state not in {Message.State.SENT, Message.State.QUEUED}:
        return False
    message.last_error = said[:300]
    if not permanent:
        message.save(update_fields=["last_error"])
        return False
    message.state, message.lease_until = Message.State.FAILED, None
    message.save(update_fields=["state", "last_error", "lease_until"])
    give_up(message, unreachable=True)
    return True


@transaction.atomic
def arrived(*, message_id: int) -> bool:
    """The carrier says that it reached the other side."""
    return bool(
        Message.objects.filter(pk=message_id, state=Message.State.SENT).update(
            state=Message.State.DELIVERED, delivered_at=timezone.now()
        )
    )


def _next_channel(message: Message, interaction: Interaction) -> Message | None:
    """The same words on another permitted channel; only for what a machine had to tell."""
    if message.kind != Message.Kind.NOTICE or message.dedupe_key.count(_NEXT) >= _MOST_CHANNELS:
        return None
    contact = reach(interaction, message.purpose)
    if contact is None or contact.channel == message.channel:
        return None
    medium = contact.medium
    version = serving(contact.channel, interaction)
    instead, _made = Message.objects.get_or_create(
        dedupe_key=f"{message.dedupe_key[:140]}{_NEXT}",
        defaults={
            "interaction": interaction,
            "clock_id": message.clock_id,
            "kind": message.kind,
            "direction": message.direction,
            "channel": contact.channel,
            "contact_medium_id": medium.pk if medium else None,
            "recipient": medium.value if medium else "",
            "author_name": message.author_name,
            "language": message.language,
            "subject": message.subject,
            "body": message.body,
            "state": Message.State.QUEUED,
            "purpose": message.purpose,
            "allowed_because": contact.because[:200],
            "available_at": contact.not_before or timezone.now(),
            "capability_version_id": version.version_id,
        },
    )
    # The promise is told by the message that can still arrive.
    Commitment.objects.filter(notice=message).update(notice=instead)
    return instead
