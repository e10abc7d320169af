"""A real SMTP server on loopback that keeps what it is handed."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Mailbox:
    """Everything delivered so far, and by which envelope sender.

    `refuse` holds addresses that are answered with 550, `busy` those answered with 451.
    """

    delivered: list[EmailMessage] = field(default_factory=list)
    envelopes: list[str] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    # Seconds to sit on each message before it is accepted: time in which a worker can be killed.
    slowness: float = 0.0
    receiving: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return "550 5.1.1 no such mailbox"
        if address in self.busy:
            return "451 4.2.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # the name the server calls
        self.delivered.append(message_from_bytes(envelope.content, policy=policy.default))
        self.envelopes.append(envelope.mail_from)
        self.receiving.set()
        if self.slowness:
            time.sleep(self.slowness)
        return "250 accepted"

    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.delivered]

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.delivered if address in str(mail["To"])]


@contextmanager
def a_mailbox() -> Iterator[Mailbox]:
    box = Mailbox(port=_free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def _free_port() -> int:
    # The controller knocks at the port it was given, so it can't be left to the system.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
