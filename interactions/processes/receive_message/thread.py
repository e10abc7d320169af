"""Which interaction something belongs to: by proof, and only for those who have a part in it.

A signed mark of ours, then the ids it answers, then the conversation the channel itself holds,
then the one matter that waits for this customer. A stranger who quotes any of these gets a matter
of their own, and a person is shown which one they quoted.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from customers.models import ContactMedium
from interactions.channels.contract import Incoming
from interactions.models import Inbound, Interaction, Message, ResponseRequest
from interactions.processes.keep_participants import has_a_part

# Channels without any word for “this answers that”: what was last talked about there goes on.
_CONVERSING: Final = frozenset(["sms", "whatsapp", "social", "chat"])
# Where a carrier vouches for who writes; in a chat anybody may type anybody's address.
_VOUCHED_FOR: Final = _CONVERSING - {"chat"}
_GOES_ON: Final = timedelta(days=14)
_STATUS: Final = Interaction.Status


@dataclass(frozen=True, slots=True)
class Thread:
    """The interaction it belongs to, or the one it only claims to belong to."""

    interaction: Interaction | None = None
    quoted: int | None = None


def thread_of(
    row: Inbound, incoming: Incoming, customer_id: int | None, *, alarm_hours: int = 24
) -> Thread:
    """Where this belongs."""
    quoted: int | None = None
    for interaction in _claimed(row, incoming):
        if _has_a_part(interaction, incoming, customer_id, row):
            return Thread(interaction)
        quoted = quoted or interaction.pk
    return Thread(_conversation(row, incoming, customer_id, alarm_hours), quoted)


def standing(interaction: Interaction) -> Interaction:
    """The interaction as it goes on: the one it was merged into, where it was."""
    for _step in range(10):
        if interaction.status != _STATUS.MERGED or interaction.merged_into_id is None:
            break
        into = Interaction.objects.filter(pk=interaction.merged_into_id).first()
        if into is None:
            break
        interaction = into
    return interaction


def _claimed(row: Inbound, incoming: Incoming) -> Iterator[Interaction]:
    """What it says it belongs to, best proof first."""
    marked = Interaction.objects.filter(removed_at=None).in_bulk(list(incoming.threads))
    yield from (marked[pk] for pk in incoming.threads if pk in marked)
    if not incoming.references:
        return
    known = Message.objects.filter(
        wire_id__in=incoming.references, channel=row.channel, interaction__removed_at=None
    ).select_related("interaction")
    by_id: dict[str, list[Interaction]] = {}
    for message in known.order_by("-pk")[:100]:
        by_id.setdefault(message.wire_id, []).append(message.interaction)
    seen: set[int] = set()
    for wire_id in incoming.references:
        for interaction in by_id.get(wire_id, []):
            if interaction.pk not in seen:
                seen.add(interaction.pk)
                yield interaction


def _has_a_part(
    interaction: Interaction, incoming: Incoming, customer_id: int | None, row: Inbound
) -> bool:
    """Whether the sender is its customer, takes part in it, or was written to or heard in it."""
    if row.about.get("interaction") == interaction.pk:
        # Our own page, opened by the customer's own link.
        return True
    if customer_id is not None and customer_id == interaction.customer_id:
        return True
    address = incoming.sender
    if not address:
        return False
    party_id = interaction.customer.party_id if interaction.customer else None
    theirs = ContactMedium.objects.current().filter(party=party_id)
    if party_id is not None and theirs.filter(_same(address)).exists():
        return True
    if has_a_part(interaction, address):
        return True
    written_to = interaction.messages.filter(
        direction=Interaction.Direction.OUTBOUND, sent_at__isnull=False
    ).exclude(kind=Message.Kind.STAFF)
    if written_to.filter(recipient__iexact=address).exists():
        return True
    heard = Inbound.objects.filter(
        interaction=interaction, channel=row.channel, sender__iexact=address, machine=""
    )
    return heard.exists()


def _same(address: str) -> Q:
    return Q(normalised__iexact=address) | Q(value__iexact=address)


def _conversation(
    row: Inbound, incoming: Incoming, customer_id: int | None, alarm_hours: int
) -> Interaction | None:
    if incoming.more.get("alarm"):
        return _alarm(row, incoming, alarm_hours)
    if row.channel not in _CONVERSING or not incoming.conversation:
        return None
    since = timezone.now() - _GOES_ON
    mine = Q(
        arrivals__channel=row.channel,
        arrivals__conversation=incoming.conversation,
        arrivals__received_at__gt=since,
    )
    ours = Q(
        messages__channel=row.channel,
        messages__direction=Interaction.Direction.OUTBOUND,
        messages__recipient=incoming.sender,
        messages__created_at__gt=since,
    )
    found = _newest(Interaction.objects.open().filter(mine))
    if found is not None or row.channel not in _VOUCHED_FOR:
        return found
    return _waiting_for(customer_id) or _newest(Interaction.objects.open().filter(ours))


def _alarm(row: Inbound, incoming: Incoming, hours: int) -> Interaction | None:
    """The open matter of the same symptom of the same resource."""
    return _newest(
        Interaction.objects.open().filter(
            arrivals__channel=row.channel,
            arrivals__conversation=incoming.conversation,
            arrivals__received_at__gt=timezone.now() - timedelta(hours=hours),
        )
    )


def _waiting_for(customer_id: int | None) -> Interaction | None:
    """The one matter in which we asked this customer something; with several, nobody guesses."""
    if customer_id is None:
        return None
    asked = Interaction.objects.open().filter(
        customer=customer_id, requests__state=ResponseRequest.State.ASKED
    )
    found = list(asked.distinct()[:2])
    return found[0] if len(found) == 1 else None


def _newest(found: Iterable[Interaction]) -> Interaction | None:
    ordered = sorted(found, key=lambda one: one.pk)
    return ordered[-1] if ordered else None
