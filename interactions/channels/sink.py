"""A mail server that keeps what it is handed, for a readiness check: nothing leaves the machine.

The real client of the mail backend speaks SMTP to it over a pair of sockets of this process, so
that a check sends a mail truly and needs no port.
"""

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedIOBase
from typing import Any

from django.core.mail.backends.smtp import EmailBackend


@dataclass
class Sink:
    """The mails it took, with their envelopes."""

    taken: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    def talk(self, line: socket.socket) -> None:
        """One SMTP conversation to its end."""
        with line, line.makefile("rwb") as talk:
            _say(talk, "220 sink")
            for raw in talk:
                command = raw.decode("ascii", "replace").strip()
                match command[:4].upper():
                    case "EHLO" | "HELO" | "RSET" | "NOOP":
                        _say(talk, "250 sink")
                    case "MAIL":
                        self.senders.append(_address(command))
                        _say(talk, "250 ok")
                    case "RCPT":
                        self.recipients.append(_address(command))
                        _say(talk, "250 ok")
                    case "DATA":
                        _say(talk, "354 go on")
                        self.taken.append(_data(talk))
                        _say(talk, "250 kept")
                    case "QUIT":
                        _say(talk, "221 bye")
                        return
                    case _:
                        _say(talk, "502 not here")


class _Piped(smtplib.SMTP):
    """The client, on one end of a pair instead of a port."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        super().__init__("sink", 25, local_hostname="localhost", timeout=10)

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        return self._line


class _Backend(EmailBackend):
    def __init__(self, line: socket.socket) -> None:
        super().__init__(
            host="sink", port=25, username="", password="", use_tls=False, use_ssl=False
        )
        self._line = line

    def open(self) -> bool:
        if self.connection is not None:
            return False
        self.connection = _Piped(self._line)
        return True


@contextmanager
def a_sink() -> Iterator[tuple[Sink, EmailBackend]]:
    """The sink, and the mail backend that leads to it."""
    sink = Sink()
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=sink.talk, args=(theirs,), daemon=True)
    thread.start()
    try:
        yield sink, _Backend(ours)
    finally:
        ours.close()
        thread.join(timeout=10)


def _say(talk: BufferedIOBase, line: str) -> None:
    talk.write(f"{line}\r\n".encode())
    talk.flush()


def _address(command: str) -> str:
    return command.partition("<")[2].partition(">")[0]


def _data(talk: BufferedIOBase) -> bytes:
    lines = []
    for line in talk:
        if line == b".\r\n":
            break
        lines.append(line[1:] if line.startswith(b"..") else line)
    return b"".join(lines)
