"""Why this time: every second of a clock's life accounted for."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from crm.access import Actor, require
from interactions import clock as engine
from interactions.models import Interaction, SlaClock
from interactions.processes.track_interaction.folding import fold_events


@dataclass(frozen=True, slots=True)
class Explained:
    """One clock as of an instant: the view of the engine, its rows, and what was promised."""

    clock: SlaClock
    view: engine.ClockView
    rows: tuple[engine.Row, ...]
    rule: str
    tier: str
    tier_because: str
    tz: str


def explain(*, clock_id: int, actor: Actor, now: datetime | None = None) -> Explained:
    """Fold the clock afresh and say, row by row, why it is due when it is."""
    require(actor, "interactions.view_interaction")
    clock = SlaClock.objects.select_related("interaction").get(pk=clock_id)
    # The gate is on the interaction: who may not see it gets the same answer as for none.
    interaction = Interaction.objects.visible_to(actor).get(pk=clock.interaction_id)
    folded = fold_events(interaction.events.order_by("seq"), now=now or timezone.now())
    one = folded[(clock.target, clock.cycle)]
    track = one.view.track
    return Explained(
        clock=clock,
        view=one.view,
        rows=engine.explain(one.view),
        rule=one.promise["rule"],
        tier=one.promise.get("tier", ""),
        tier_because=one.promise.get("tier_because", ""),
        tz=track.calendars[-1][1].tz if track else "UTC",
    )
