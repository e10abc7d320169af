"""Update Customer Interaction: messages, questions and answers, who has it, what it is about."""

from interactions.processes.update_interaction.fields import CHANGEABLE, change_fields, remove
from interactions.processes.update_interaction.handing import assign, take, transfer
from interactions.processes.update_interaction.identifying import note_identified
from interactions.processes.update_interaction.messages import add_message, answer_received
from interactions.processes.update_interaction.questions import ask_customer, withdraw_question
from interactions.processes.update_interaction.time_spent import correct_time_spent, time_spent
from interactions.processes.update_interaction.waiting import go_on, wait_for

ETOM = "1.3.5.2"

__all__ = [
    "CHANGEABLE",
    "ETOM",
    "add_message",
    "answer_received",
    "ask_customer",
    "assign",
    "change_fields",
    "correct_time_spent",
    "go_on",
    "note_identified",
    "remove",
    "take",
    "time_spent",
    "transfer",
    "wait_for",
    "withdraw_question",
]
