"""Notify Customer: tell customers, before they ask, on the channel they permit and prefer."""

from interactions.processes.notify_customer.queueing import (
    delay_notice,
    deliverable,
    language_of,
    queue_notice,
)
from interactions.processes.notify_customer.sending import send_again, send_due
from interactions.processes.notify_customer.staff import tell_staff
from interactions.processes.notify_customer.undelivered import leave_unreachable

ETOM = "1.3.5.5"

__all__ = [
    "ETOM",
    "delay_notice",
    "deliverable",
    "language_of",
    "leave_unreachable",
    "queue_notice",
    "send_again",
    "send_due",
    "tell_staff",
]
