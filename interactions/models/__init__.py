"""Tables of Customer Interaction Management."""

from interactions.models.agent import AgentProfile, AtDesk, Availability
from interactions.models.assist import AssistRequest
from interactions.models.attachment import Attachment
from interactions.models.batch import Batch
from interactions.models.call import Call
from interactions.models.clock import ArmedClock, Commitment, SlaClock, StageNotice
from interactions.models.figures import KeptFigure, TouchedTime
from interactions.models.follow_up import FollowUp
from interactions.models.improvement import Improvement
from interactions.models.inbound import CarrierState, Inbound, MailboxCursor
from interactions.models.interaction import Interaction, InteractionEvent, Reason
from interactions.models.item import InteractionItem
from interactions.models.link import InteractionLink
from interactions.models.macro import Macro, MacroText, MacroVersion
from interactions.models.message import Message
from interactions.models.move import ClockMove
from interactions.models.own_field import OwnField
from interactions.models.pace import QueuePace
from interactions.models.participant import Participant
from interactions.models.partner import Communication, TroubleTicket
from interactions.models.portal import PortalLink
from interactions.models.reading import Reading
from interactions.models.response import ResponseRequest
from interactions.models.saved_view import SavedView
from interactions.models.seal import TimelineSeal
from interactions.models.survey import Survey
from interactions.models.tag import Tag

__all__ = [
    "AgentProfile",
    "ArmedClock",
    "AssistRequest",
    "AtDesk",
    "Attachment",
    "Availability",
    "Batch",
    "Call",
    "CarrierState",
    "ClockMove",
    "Commitment",
    "Communication",
    "FollowUp",
    "Improvement",
    "Inbound",
    "Interaction",
    "InteractionEvent",
    "InteractionItem",
    "InteractionLink",
    "KeptFigure",
    "Macro",
    "MacroText",
    "MacroVersion",
    "MailboxCursor",
    "Message",
    "OwnField",
    "Participant",
    "PortalLink",
    "QueuePace",
    "Reading",
    "Reason",
    "ResponseRequest",
    "SavedView",
    "SlaClock",
    "StageNotice",
    "Survey",
    "Tag",
    "TimelineSeal",
    "TouchedTime",
    "TroubleTicket",
]
