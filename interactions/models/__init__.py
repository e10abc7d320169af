"""Tables of Customer Interaction Management."""

from interactions.models.attachment import Attachment
from interactions.models.call import Call
from interactions.models.clock import ArmedClock, Commitment, SlaClock, StageNotice
from interactions.models.figures import KeptFigure, TouchedTime
from interactions.models.inbound import CarrierState, Inbound, MailboxCursor
from interactions.models.interaction import Interaction, InteractionEvent, Reason
from interactions.models.item import InteractionItem
from interactions.models.message import Message
from interactions.models.portal import PortalLink
from interactions.models.response import ResponseRequest

__all__ = [
    "ArmedClock",
    "Attachment",
    "Call",
    "CarrierState",
    "Commitment",
    "Inbound",
    "Interaction",
    "InteractionEvent",
    "InteractionItem",
    "KeptFigure",
    "MailboxCursor",
    "Message",
    "PortalLink",
    "Reason",
    "ResponseRequest",
    "SlaClock",
    "StageNotice",
    "TouchedTime",
]
