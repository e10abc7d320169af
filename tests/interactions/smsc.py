"""An SMS centre on loopback, written from the specification and not from our client."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_BINDS = {1: "receiver", 2: "transmitter", 9: "transceiver"}


@dataclass
class Smsc:
    """What it was handed; `statuses` is what it answers to the next texts, then always 0."""

    taken: list[dict[str, object]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    answered: list[tuple[int, int]] = field(default_factory=list)
    binds: list[str] = field(default_factory=list)
    enquiries: int = 0
    password: bytes = b"secret"
    silent: bool = False
    port: int = 0
    lines: dict[str, socket.socket] = field(default_factory=dict)
    _sequence: int = 1000

    @property
    def url(self) -> str:
        return f"smpp://crm:{self.password.decode()}@127.0.0.1:{self.port}"

    def bring(self, body: bytes) -> int:
        """Push a deliver_sm to whoever is bound as a receiver; returns its sequence number."""
        until = time.monotonic() + 10
        while "receiver" not in self.lines and time.monotonic() < until:
            time.sleep(0.01)
        self._sequence += 1
        self.lines["receiver"].sendall(
            struct.pack("!IIII", 16 + len(body), 5, 0, self._sequence) + body
        )
        return self._sequence

    def answer_to(self, sequence: int) -> int | None:
        """The status a delivery was answered with, once it is."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            for one, status in list(self.answered):
                if one == sequence:
                    return status
            time.sleep(0.01)
        return None

    def hang_up(self) -> None:
        for line in list(self.lines.values()):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        self.lines.clear()

    def talk(self, line: socket.socket) -> None:
        with suppress(OSError, struct.error), line:
            while head := _exactly(line, 16):
                length, command, status, sequence = struct.unpack("!IIII", head)
                body = _exactly(line, length - 16)
                if self.silent:
                    continue
                self._hear(line, command, status, sequence, body)

    def _hear(
        self, line: socket.socket, command: int, status: int, sequence: int, body: bytes
    ) -> None:
        if command in _BINDS:
            right = body.split(b"\0")[1] == self.password
            if right:
                self.binds.append(_BINDS[command])
                self.lines[_BINDS[command]] = line
            _reply(line, command, 0 if right else 0x0E, sequence, b"smsc\0" if right else b"")
        elif command == 4:
            status = self.statuses.pop(0) if self.statuses else 0
            if status == 0:
                self.taken.append(_submitted(body))
            made = f"id-{len(self.taken)}".encode() + b"\0" if status == 0 else b""
            _reply(line, command, status, sequence, made)
        elif command == 0x15:
            self.enquiries += 1
            _reply(line, command, 0, sequence)
        elif command == 6:
            self.lines = {name: one for name, one in self.lines.items() if one is not line}
            _reply(line, command, 0, sequence)
        elif command == 0x80000005:
            self.answered.append((sequence, status))


def a_delivery(
    text: bytes, *, sender: str = "447700900123", esm_class: int = 0, coding: int = 0,
    extras: bytes = b"",
) -> bytes:  # fmt: skip
    """The body of a deliver_sm: mobile originated, to 60606."""
    return (
        b"\0\x01\x01" + sender.encode() + b"\0\x03\x00" + b"60606\0"
        + bytes([esm_class, 0, 0]) + b"\0\0" + bytes([0, 0, coding, 0, len(text)]) + text + extras
    )  # fmt: skip


def an_extra(tag: int, value: bytes) -> bytes:
    return struct.pack("!HH", tag, len(value)) + value


@contextmanager
def an_smsc() -> Iterator[Smsc]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        smsc = Smsc(port=server.getsockname()[1])
        talks: list[threading.Thread] = []

        def welcome() -> None:
            with suppress(OSError):
                while True:
                    line, _who = server.accept()
                    talks.append(threading.Thread(target=smsc.talk, args=(line,), daemon=True))
                    talks[-1].start()

        thread = threading.Thread(target=welcome, daemon=True)
        thread.start()
        try:
            yield smsc
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            smsc.hang_up()
            thread.join(timeout=5)


def _submitted(body: bytes) -> dict[str, object]:
    _service, rest = body.split(b"\0", 1)
    source_type, source, rest = rest[0], *rest[2:].split(b"\0", 1)
    to_type, to, rest = rest[0], *rest[2:].split(b"\0", 1)
    esm_class, rest = rest[0], rest[3:]
    _schedule, rest = rest.split(b"\0", 1)
    _validity, rest = rest.split(b"\0", 1)
    receipt, _replace, coding, _default, length = rest[:5]
    return {
        "from": source.decode(), "from_type": source_type, "to": to.decode(), "to_type": to_type,
        "esm_class": esm_class, "receipt": receipt, "coding": coding, "text": rest[5 : 5 + length],
    }  # fmt: skip


def _reply(
    line: socket.socket, command: int, status: int, sequence: int, body: bytes = b""
) -> None:
    line.sendall(
        struct.pack("!IIII", 16 + len(body), 0x80000000 | command, status, sequence) + body
    )


def _exactly(line: socket.socket, octets: int) -> bytes:
    found = b""
    while len(found) < octets:
        piece = line.recv(octets - len(found))
        if not piece:
            return b""
        found += piece
    return found
