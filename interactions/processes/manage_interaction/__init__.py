"""Track and Manage Customer Interaction: who does it next, where it goes, what belongs together."""

from interactions.processes.manage_interaction.availability import (
    leave,
    leave_when_silent,
    set_at_desk,
    still_here,
)
from interactions.processes.manage_interaction.batches import (
    assign_many,
    snooze_many,
    tag_many,
    transfer_many,
    undo_batch,
    untag_many,
)
from interactions.processes.manage_interaction.escalating import calm, escalate
from interactions.processes.manage_interaction.following_up import (
    plan_follow_up,
    remind_follow_ups,
    settle_follow_up,
)
from interactions.processes.manage_interaction.handing_out import hand_out, queues_handing_out
from interactions.processes.manage_interaction.linking import link, unlink
from interactions.processes.manage_interaction.merging import merge, unmerge
from interactions.processes.manage_interaction.offering import (
    Offer,
    keep_apart,
    kept_apart,
    offer,
    offer_again,
)
from interactions.processes.manage_interaction.returning import return_unanswered
from interactions.processes.manage_interaction.snoozing import snooze, wake, wake_due
from interactions.processes.manage_interaction.splitting import split, undo_split
from interactions.processes.manage_interaction.taking_back import take_back
from interactions.processes.manage_interaction.taking_next import take_next

ETOM = "1.3.5.6"

__all__ = [
    "ETOM",
    "Offer",
    "assign_many",
    "calm",
    "escalate",
    "hand_out",
    "keep_apart",
    "kept_apart",
    "leave",
    "leave_when_silent",
    "link",
    "merge",
    "offer",
    "offer_again",
    "plan_follow_up",
    "queues_handing_out",
    "remind_follow_ups",
    "return_unanswered",
    "set_at_desk",
    "settle_follow_up",
    "snooze",
    "snooze_many",
    "split",
    "still_here",
    "tag_many",
    "take_back",
    "take_next",
    "transfer_many",
    "undo_batch",
    "undo_split",
    "unlink",
    "unmerge",
    "untag_many",
    "wake",
    "wake_due",
]
