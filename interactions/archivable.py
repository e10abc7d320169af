"""Closed interactions can be archived, with everything that was said and promised in them."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.archivable import DataClass, Table, register
from interactions.models import Interaction

_BY_CLOCK = "JOIN interactions_slaclock AS clock ON clock.id = item.clock_id"

INTERACTION = register(
    DataClass(
        key="interaction",
        title=_("Closed interactions"),
        model=Interaction,
        # What was cancelled or merged is over too, with its own day.
        closed=Q(status__in=Interaction.FINISHED),
        closed_at="closed_at",
        happened_at="opened_at",
        label="subject",
        tables=(
            Table("interactions_interaction", "item.id"),
            Table("interactions_interactionevent", "item.interaction_id"),
            Table("interactions_timelineseal", "item.interaction_id"),
            Table("interactions_message", "item.interaction_id"),
            Table("interactions_attachment", "item.interaction_id"),
            Table("interactions_inbound", "item.interaction_id"),
            Table("interactions_interactionitem", "item.interaction_id"),
            Table("interactions_participant", "item.interaction_id"),
            Table("interactions_assistrequest", "item.interaction_id"),
            Table("interactions_call", "item.interaction_id"),
            Table("interactions_portallink", "item.interaction_id"),
            Table("interactions_troubleticket", "item.interaction_id", key="interaction_id"),
            Table("interactions_communication", "item.interaction_id"),
            Table("interactions_survey", "item.interaction_id"),
            Table("interactions_responserequest", "item.interaction_id"),
            Table("interactions_followup", "item.interaction_id"),
            Table("interactions_followupevent", "item.interaction_id", key="pgh_id"),
            Table("interactions_interactionlink", "item.interaction_id"),
            Table("interactions_interactionlinkevent", "item.interaction_id", key="pgh_id"),
            Table("interactions_reading", "item.interaction_id"),
            Table("interactions_slaclock", "item.interaction_id"),
            Table("interactions_armedclock", "clock.interaction_id", _BY_CLOCK, "clock_id"),
            Table("interactions_stagenotice", "clock.interaction_id", _BY_CLOCK),
            Table("interactions_commitment", "clock.interaction_id", _BY_CLOCK),
        ),
        reference=lambda pk: Interaction(pk=pk).reference,
        append_only=(
            "interactions.InteractionEvent:append_only",
            "interactions.TimelineSeal:append_only",
            "interactions.FollowUpEvent:append_only",
            "interactions.InteractionLinkEvent:append_only",
            # What goes to the archive is not removed: its history goes with it.
            "interactions.FollowUp:removed_delete",
            "interactions.InteractionLink:removed_delete",
        ),
    )
)
