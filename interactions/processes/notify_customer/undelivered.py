"""What follows when a message did not reach the customer: the next channel, or a person who calls.

It may be known at once, when the server refuses, or days later, when the mail comes back.
"""

from typing import Final

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import SYSTEM
from crm.ids import new_id
from customers.processes.validate_contact import mark_unreachable
from interactions.models import (
    Attachment,
    Commitment,
    Communication,
    Interaction,
    Message,
    Survey,
)
from interactions.processes.notify_customer.keys import lost_its_keys
from interactions.processes.notify_customer.queueing import reach, serving, window_closed
from interactions.processes.notify_customer.staff import tell_other_way, tell_undeliverable
from interactions.processes.track_interaction.timeline import append

_log = structlog.get_logger(__name__)
_NEXT: Final = ":next"
_MOST_CHANNELS: Final = 3
_GO: Final = (Attachment.State.CLEAR, Attachment.State.WAITING)


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
    return go_another_way(message, interaction)


def go_another_way(message: Message, interaction: Interaction) -> Message | None:
    """Plan the same words on the next permitted channel and say so to the owner.

    Without one the owner is told to find another way.
    """
    instead = _next_channel(message, interaction)
    if instead is None:
        tell_undeliverable(message=message)
    else:
        tell_other_way(message=message)
    return instead


@transaction.atomic
def leave_unreachable(*, medium_id: int) -> int:
    """A contact point was found dead: what still waits to go there goes another way.

    Returns how many messages waited. What is being handed over now comes back by itself.
    """
    waiting = Message.objects.filter(
        contact_medium_id=medium_id,
        state=Message.State.QUEUED,
        direction=Interaction.Direction.OUTBOUND,
        handed_over_at=None,
    )
    lock_matters(waiting)
    found = list(waiting.select_for_update(of=("self",)).order_by("pk"))
    for message in found:
        message.state, message.lease_until = Message.State.FAILED, None
        message.last_error = _("What was sent there before came back.")
        message.save(update_fields=["state", "lease_until", "last_error"])
        give_up(message, unreachable=False)
    return len(found)


@transaction.atomic
def came_back(*, message_id: int, permanent: bool, said: str) -> bool:
    """What was sent was returned by the other side; says whether that changed anything."""
    lock_matters(Message.objects.filter(pk=message_id))
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


def lock_matters(messages: QuerySet[Message]) -> None:
    """Matters before their messages, and in the order of their keys: as everybody locks them."""
    matters = messages.values("interaction")
    list(
        Interaction.objects.select_for_update(of=("self",))
        .filter(pk__in=matters)
        .order_by("pk")
        .values_list("pk")
    )


def _next_channel(message: Message, interaction: Interaction) -> Message | None:
    """The same words where the customer may be told too, and was not told in vain before."""
    if message.dedupe_key.count(_NEXT) >= _MOST_CHANNELS or lost_its_keys(message):
        return None
    files = list(message.attachments.filter(state__in=_GO).order_by("pk"))
    contact = reach(interaction, message.purpose, with_files=bool(files))
    if contact is None or contact.medium is None:
        return None
    if (contact.channel, contact.medium.value) == (message.channel, message.recipient):
        return None
    in_own_words = message.kind == Message.Kind.PUBLIC
    if in_own_words and window_closed(interaction, contact.channel):
        return None
    version = serving(contact.channel, interaction)
    instead, made = Message.objects.get_or_create(
        dedupe_key=f"{message.dedupe_key[:140]}{_NEXT}",
        defaults={
            "interaction": interaction,
            "clock_id": message.clock_id,
            "kind": message.kind,
            "direction": message.direction,
            "channel": contact.channel,
            "contact_medium_id": contact.medium.pk,
            "recipient": contact.medium.value,
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
    if made:
        _take_along(files, instead)
        # Whoever follows the message follows the one that can still arrive.
        Commitment.objects.filter(notice=message).update(notice=instead)
        Communication.objects.filter(message=message).update(message=instead)
        Survey.objects.filter(message=message).update(message=instead)
    return instead


def _take_along(files: list[Attachment], instead: Message) -> None:
    for file in files:
        file.pk, file.public_id, file.message = None, new_id(), instead
    Attachment.objects.bulk_create(files)
