"""Events that interactions hear."""

from crm.events.catalogue import InteractionStatusChanged
from crm.events.registry import on
from interactions.models import Interaction
from interactions.processes.measure_satisfaction import ask_opinion


@on(InteractionStatusChanged)
def ask_how_it_was(event: InteractionStatusChanged, event_id: int) -> None:
    if event.new == Interaction.Status.CLOSED:
        ask_opinion(interaction_id=event.interaction_id)
