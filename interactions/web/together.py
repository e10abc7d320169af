"""What belongs to a matter: merged, split off, linked or open beside it, and its customer."""

from datetime import timedelta
from typing import Any, Final

from crm.access import Actor
from crm.web.words import language as language_name
from customers import masking
from customers.models import CommunicationNeed
from interactions.models import Interaction, InteractionLink, Message
from interactions.processes.manage_interaction import offer
from interactions.web import wording

_OTHERS: Final = 3
# As the figure of repeat contacts counts.
_AGAIN: Final = timedelta(days=7)
_MESSAGES: Final = 30


def around(one: Interaction, actor: Actor) -> dict[str, Any]:
    seen = Interaction.objects.visible_to(actor)
    into = seen.filter(pk=one.merged_into_id).first() if one.merged_into_id else None
    return {
        "merged_into": into,
        "merged_from": list(seen.filter(merged_into=one.pk).order_by("opened_at")),
        "links": _links(one, actor),
        "movable": _movable(one) if masking.sees_people(actor) else [],
        "others": _others(one, actor),
        "same": _same(one, actor),
        "before": _before(one, actor),
        "about": _about(one, actor),
    }


def _same(one: Interaction, actor: Actor) -> dict[str, Any] | None:
    """What may be the same matter, for whoever may merge."""
    if not actor.has_perm("interactions.close_interaction"):
        return None
    found = offer(interaction_id=one.pk, actor=actor)
    if found is None:
        return None
    other = found.target if found.source == one else found.source
    return {"offer": found, "other": other, "newer": found.source == one}


def _links(one: Interaction, actor: Actor) -> list[dict[str, Any]]:
    """Links both ways; what went to the archive meanwhile is named by its id."""
    rows = list(one.links.filter(undone_at=None)) + list(
        InteractionLink.objects.filter(other=one.pk, undone_at=None)
    )
    ids = {row.other_id if row.interaction_id == one.pk else row.interaction_id for row in rows}
    known = Interaction.objects.visible_to(actor).in_bulk(ids)
    found = []
    for row in rows:
        mine = row.interaction_id == one.pk
        other = row.other_id if mine else row.interaction_id
        found.append(
            {
                "pk": row.pk,
                "mine": mine,
                "split": mine and row.kind == InteractionLink.Kind.SPLIT_FROM,
                "how": row.get_kind_display(),
                "other": known.get(other),
                "reference": Interaction(pk=other).reference,
            }
        )
    return found


def _movable(one: Interaction) -> list[Message]:
    kinds = [Message.Kind.PUBLIC, Message.Kind.NOTE]
    newest = one.messages.filter(kind__in=kinds).order_by("-created_at", "-pk")[:_MESSAGES]
    return list(reversed(newest))


def _others(one: Interaction, actor: Actor) -> list[Interaction]:
    """What else is open for this customer, most urgent first."""
    if one.customer_id is None:
        return []
    others = Interaction.objects.visible_to(actor).open().filter(customer=one.customer_id)
    return list(others.exclude(pk=one.pk).order_by("due_next_at", "pk")[:_OTHERS])


def _before(one: Interaction, actor: Actor) -> list[Interaction]:
    """Ended matters of this customer about the same reason in the days before: work done again."""
    if one.customer_id is None or one.reason_id is None:
        return []
    same = Interaction.objects.visible_to(actor).filter(
        customer=one.customer_id,
        reason=one.reason_id,
        status__in=[Interaction.Status.COMPLETED, Interaction.Status.CLOSED],
        opened_at__lt=one.opened_at,
        opened_at__gte=one.opened_at - _AGAIN,
    )
    return list(same.order_by("-opened_at")[:_OTHERS])


def _about(one: Interaction, actor: Actor) -> dict[str, str]:
    """How the customer wants to be spoken with: language, channel and hours by name."""
    customer = one.customer
    if customer is None or customer.party is None or not masking.sees_people(actor):
        return {}
    need = CommunicationNeed.objects.filter(party=customer.party_id, topic="service").first()
    code = (need and need.language) or customer.party.language
    return {
        "language": language_name(code) if code else "",
        "channel": wording.channel(need.channel) if need and need.channel else "",
    }
