"""Mediate what comes in on any channel: kept raw first, then filed once where it belongs."""

from interactions.processes.receive_message.by_hand import take_in
from interactions.processes.receive_message.calling import (
    codes,
    to_wrap_up,
    who_may_be_calling,
    wrap_up,
)
from interactions.processes.receive_message.collecting import collect, mailboxes
from interactions.processes.receive_message.deciding import discard, join, link, release, take_back
from interactions.processes.receive_message.deciding_files import (
    check_file_again,
    delete_file,
    release_file,
)
from interactions.processes.receive_message.enclosing import check_attachments
from interactions.processes.receive_message.filing import file_due, file_now
from interactions.processes.receive_message.keeping import forget_raw, keep
from interactions.processes.receive_message.senders import customers_at as possible_senders

ETOM = "1.3.5.9.3"

__all__ = [
    "ETOM",
    "check_attachments",
    "check_file_again",
    "codes",
    "collect",
    "delete_file",
    "discard",
    "file_due",
    "file_now",
    "forget_raw",
    "join",
    "keep",
    "link",
    "mailboxes",
    "possible_senders",
    "release",
    "release_file",
    "take_back",
    "take_in",
    "to_wrap_up",
    "who_may_be_calling",
    "wrap_up",
]
