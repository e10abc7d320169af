"""Close Customer Interaction: the work is done, then the customer knows: two steps, two duties."""

from interactions.processes.close_interaction.by_policy import close_by_policy
from interactions.processes.close_interaction.calling_off import call_off, cancel
from interactions.processes.close_interaction.completing import complete, finish
from interactions.processes.close_interaction.ending import close
from interactions.processes.close_interaction.letting_go import hold, withdraw_questions
from interactions.processes.close_interaction.reopening import reopen, reopen_for_message

ETOM = "1.3.5.3"

__all__ = [
    "ETOM",
    "call_off",
    "cancel",
    "close",
    "close_by_policy",
    "complete",
    "finish",
    "hold",
    "reopen",
    "reopen_for_message",
    "withdraw_questions",
]
