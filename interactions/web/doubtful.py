"""Will these be met? What is foreseen to be late, for those who can still say or do something."""

from dataclasses import dataclass
from datetime import datetime

from crm.access import Actor
from interactions.models import Interaction, SlaClock
from interactions.web import wording
from interactions.web.people import shown_name

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One promise in doubt: what was promised, and when like ones are done."""

    clock: SlaClock
    interaction: Interaction
    name: str
    what: str
    promised: datetime
    likely: datetime


def lines(actor: Actor, now: datetime) -> list[Line]:
    """Promises in doubt that are not over yet, the next to be due first.

    One's own; who leads sees those of everybody in their sight.
    """
    seen = Interaction.objects.visible_to(actor).open()
    if not actor.has_perm("interactions.report_interaction"):
        seen = seen.filter(owner_id=actor.pk)
    found = (
        SlaClock.objects.filter(
            jeopardy_at__isnull=False,
            stopped_at=None,
            commitment_no=1,
            predicted_end_at__isnull=False,
            due_at__gte=now,
            interaction__in=seen,
        )
        .select_related("interaction__customer", "interaction__owner")
        .order_by("due_at")
    )
    return [
        Line(
            clock=clock,
            interaction=clock.interaction,
            name=shown_name(clock.interaction.customer, actor),
            what=wording.target(clock.target),
            promised=clock.due_at,
            likely=clock.predicted_end_at,
        )
        for clock in found[:_SHOWN]
        if clock.due_at and clock.predicted_end_at
    ]
