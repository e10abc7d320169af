"""Complete Customer Order: what a contract or service settles reaches the record, all of it."""

from customers.processes.complete_order.completing import (
    choose_options,
    complete_order,
    record_item,
    record_step,
)
from customers.processes.complete_order.receiving import Received, receive_order_news

ETOM = "1.3.6"

__all__ = [
    "ETOM",
    "Received",
    "choose_options",
    "complete_order",
    "receive_order_news",
    "record_item",
    "record_step",
]
