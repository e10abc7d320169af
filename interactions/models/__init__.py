"""Tables of Customer Interaction Management."""

from interactions.models.clock import ArmedClock, Commitment, SlaClock, StageNotice
from interactions.models.interaction import Interaction, InteractionEvent, Reason
from interactions.models.message import Message
from interactions.models.response import ResponseRequest

__all__ = [
    "ArmedClock",
    "Commitment",
    "Interaction",
    "InteractionEvent",
    "Message",
    "Reason",
    "ResponseRequest",
    "SlaClock",
    "StageNotice",
]
