"""Read locked interactions with all that their clocks need: a question a table, however many."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from customers.contactability import quiet_needs
from customers.models import CommunicationNeed
from interactions.models import (
    ArmedClock,
    Commitment,
    Interaction,
    InteractionEvent,
    SlaClock,
    StageNotice,
)

Key = tuple[str, int]


@dataclass(slots=True)
class Matter:
    """An interaction under its lock, its timeline and clocks, and what was promised and told."""

    interaction: Interaction
    events: list[InteractionEvent] = field(default_factory=list)
    clocks: dict[Key, SlaClock] = field(default_factory=dict)
    # All by the clock they are about.
    promises: defaultdict[int, list[Commitment]] = field(default_factory=lambda: defaultdict(list))
    done: defaultdict[int, set[tuple[int, int]]] = field(default_factory=lambda: defaultdict(set))
    armed: dict[int, ArmedClock] = field(default_factory=dict)
    # When the customer wants no message of ours.
    quiet: CommunicationNeed | None = None


def new_matter(interaction: Interaction, opened: InteractionEvent) -> Matter:
    """One of which nothing is stored but the event that opened it."""
    quiet = quiet_needs([interaction.customer_id]) if interaction.customer_id else {}
    return Matter(interaction, [opened], quiet=quiet.get(interaction.customer_id or 0))


def read_matters(interactions: Sequence[Interaction]) -> list[Matter]:
    """What is stored about these interactions, in their order."""
    matters = {one.pk: Matter(one) for one in interactions}
    quiet = quiet_needs(one.customer_id for one in interactions if one.customer_id)
    for matter in matters.values():
        matter.quiet = quiet.get(matter.interaction.customer_id or 0)
    events = InteractionEvent.objects.filter(interaction__in=matters).order_by("interaction", "seq")
    for event in events:
        matters[event.interaction_id].events.append(event)
    of: dict[int, Matter] = {}
    for clock in SlaClock.objects.filter(interaction__in=matters).order_by("pk"):
        matter = of[clock.pk] = matters[clock.interaction_id]
        clock.interaction = matter.interaction
        matter.clocks[clock.target, clock.cycle] = clock
    for promise in Commitment.objects.filter(clock__in=of).order_by("number"):
        of[promise.clock_id].promises[promise.clock_id].append(promise)
    told = StageNotice.objects.filter(clock__in=of)
    for clock_id, number, stage in told.values_list("clock_id", "commitment_no", "stage"):
        of[clock_id].done[clock_id].add((number, stage))
    for row in ArmedClock.objects.filter(clock__in=of):
        of[row.clock_id].armed[row.clock_id] = row
    return list(matters.values())
