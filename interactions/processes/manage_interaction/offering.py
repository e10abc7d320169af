"""Two open matters that may be one: offered to a person, never merged by itself."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from crm.access import Actor, require
from interactions.models import Inbound, Interaction
from interactions.processes.track_interaction.timeline import append, work_on

# About the same reason, they may be one matter when the second came within so long.
WITHIN: Final = timedelta(days=14)
_LOOK: Final = 50
_SENDERS: Final = 10
_PREFIX: Final = re.compile(
    r"^\s*(?:(?:re|aw|antw|fwd?|wg|tr|sv|vs|rif|r)\s*(?:\[\d+\])?\s*:\s*)+", re.I
)
# Marks of tickets, ours or anybody's: "[#4711]", "(INT-118 204)", "Ticket 4711".
_MARK: Final = re.compile(
    r"[\[(][^\])]*\d[^\])]*[\])]|\b(?:int|ticket|case|ref)[-#:. ]*\d[\d ]*\d\b|#\d+", re.I
)


@dataclass(frozen=True, slots=True)
class Offer:
    """The newer matter goes into the older one, because of the subject or the reason."""

    source: Interaction
    target: Interaction
    by_subject: bool


def plain_subject(subject: str) -> str:
    """A subject without "Re:", ticket marks, capitals and signs: what two mails have in common."""
    before, text = "", subject.casefold()
    while before != text:
        before = text
        text = _PREFIX.sub("", _MARK.sub(" ", text)).strip()
    return " ".join(re.findall(r"\w+", text))


def offer(*, interaction_id: int, actor: Actor) -> Offer | None:
    """Another open matter that may be the same as this one; None where there is none left."""
    require(actor, "interactions.view_interaction")
    one = Interaction.objects.visible_to(actor).get(pk=interaction_id)
    if one.status in Interaction.ENDED:
        return None
    candidates = [other for other in _around(one, actor) if _mergeable(one, other)]
    if not candidates:
        return None
    apart = kept_apart(one)
    found = [each for each in _alike(one, candidates) if _other(each, one).pk not in apart]
    # An equal subject says more than an equal reason.
    return min(found, key=lambda each: not each.by_subject, default=None)


@transaction.atomic
def keep_apart(*, interaction_id: int, other_id: int, actor: Actor) -> Interaction:
    """They are two matters: said once on both timelines, it is not offered again."""
    require(actor, "interactions.close_interaction")
    one, other = _both(interaction_id, other_id, actor)
    if other.pk not in kept_apart(one):
        append(one, "kept_apart", actor=actor, other=other.pk)
        append(other, "kept_apart", actor=actor, other=one.pk)
    return one


@transaction.atomic
def offer_again(*, interaction_id: int, other_id: int, actor: Actor) -> Interaction:
    """Take it back that they are two."""
    require(actor, "interactions.close_interaction")
    one, other = _both(interaction_id, other_id, actor)
    if other.pk in kept_apart(one):
        append(one, "offered_again", actor=actor, other=other.pk)
        append(other, "offered_again", actor=actor, other=one.pk)
    return one


def kept_apart(one: Interaction) -> set[int]:
    """Which others somebody said are not this one; the last word counts."""
    said = one.events.filter(type__in=["kept_apart", "offered_again"]).order_by("seq")
    last = {data["other"]: type for type, data in said.values_list("type", "data")}
    return {other for other, type in last.items() if type == "kept_apart"}


def _around(one: Interaction, actor: Actor) -> Iterable[Interaction]:
    """What is open of the same customer; of somebody unknown, what came from the same address."""
    seen = Interaction.objects.visible_to(actor).open().exclude(pk=one.pk)
    by = Q(customer=one.customer_id) if one.customer_id is not None else Q(pk__in=_same_sender(one))
    return seen.filter(by).order_by("-opened_at", "-pk")[:_LOOK]


def _same_sender(one: Interaction) -> list[int]:
    heard = one.arrivals.exclude(sender="").values_list("channel", "sender").distinct()
    found: set[int] = set()
    for channel, sender in heard[:_SENDERS]:
        arrivals = Inbound.objects.filter(sender=sender, channel=channel)
        recent = arrivals.exclude(interaction=None).order_by("-received_at")
        found |= set(recent.values_list("interaction", flat=True)[:_LOOK])
    return sorted(found)


def _mergeable(one: Interaction, other: Interaction) -> bool:
    source, target = _in_order(one, other)
    return source.customer_id is None or source.customer_id == target.customer_id


def _alike(one: Interaction, others: Iterable[Interaction]) -> Iterator[Offer]:
    subject = plain_subject(one.subject)
    for other in others:
        source, target = _in_order(one, other)
        if subject and plain_subject(other.subject) == subject:
            yield Offer(source, target, by_subject=True)
        elif (
            one.reason_id is not None
            and one.reason_id == other.reason_id
            and source.opened_at - target.opened_at <= WITHIN
        ):
            yield Offer(source, target, by_subject=False)


def _in_order(one: Interaction, other: Interaction) -> tuple[Interaction, Interaction]:
    """(newer, older): the older one has waited longer and keeps its promises."""
    older, newer = sorted((one, other), key=lambda each: (each.opened_at, each.pk))
    return newer, older


def _other(found: Offer, one: Interaction) -> Interaction:
    return found.target if found.source == one else found.source


def _both(one_id: int, other_id: int, actor: Actor) -> tuple[Interaction, Interaction]:
    locked = {pk: work_on(pk, actor=actor) for pk in sorted((one_id, other_id))}
    return locked[one_id], locked[other_id]
