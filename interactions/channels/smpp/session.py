"""One bound connection to an SMS centre: asked and answered in order, and kept alive."""

import socket
import ssl
import time
from dataclasses import dataclass
from itertools import count
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from interactions.channels.smpp import pdu
from interactions.channels.smpp.pdu import Pdu

_CONNECT: Final = 5.0
_ANSWER: Final = 10.0
_TLS_PORT, _PORT = 3550, 2775


@dataclass(frozen=True, slots=True)
class Place:
    """Where the centre is and who we are there."""

    host: str
    port: int
    tls: bool
    system_id: str
    password: str
    system_type: str


def place(url: str) -> Place:
    """`smpp://system_id:password@host:2775/?system_type=…`; `smpps` speaks TLS."""
    split = urlsplit(url)
    if split.scheme not in {"smpp", "smpps"} or not split.hostname:
        raise ValueError("An SMS centre is smpp://system_id:password@host:port or smpps://…")
    tls = split.scheme == "smpps"
    return Place(
        split.hostname,
        split.port or (_TLS_PORT if tls else _PORT),
        tls,
        unquote(split.username or ""),
        unquote(split.password or ""),
        parse_qs(split.query).get("system_type", [""])[0],
    )


class Unanswered(OSError):
    """It was said, and the connection broke or fell silent before an answer: it may be done."""


class Session:
    """OSError for everything that means the connection is of no more use."""

    def __init__(self, where: Place, *, receives: bool) -> None:
        line = socket.create_connection((where.host, where.port), timeout=_CONNECT)
        self._line = line
        self._numbers = count(1)
        self._came: list[Pdu] = []
        self._read = b""
        self.used_at = time.monotonic()
        try:
            if where.tls:
                context = ssl.create_default_context()
                self._line = context.wrap_socket(line, server_hostname=where.host)
            body = pdu.bind(where.system_id, where.password, where.system_type)
            answer = self.ask(pdu.BIND_RECEIVER if receives else pdu.BIND_TRANSMITTER, body)
            if answer.status != pdu.OK:
                raise ConnectionRefusedError(f"the bind was refused with 0x{answer.status:02X}")
        except BaseException:
            self.close()
            raise

    def ask(self, command: int, body: bytes = b"") -> Pdu:
        """Say something and wait for its answer; what else comes meanwhile is kept or answered."""
        sequence = next(self._numbers)
        self._say(Pdu(command, sequence, body=body))
        try:
            return self._answer_to(sequence)
        except OSError as problem:
            raise Unanswered(str(problem)) from problem

    def alive(self) -> None:
        """OSError unless the centre answers."""
        self.ask(pdu.ENQUIRE_LINK)

    def came(self, seconds: float) -> Pdu | None:
        """The next text or receipt, None when nothing came for so long."""
        if self._came:
            return self._came.pop(0)
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            found = self._next(left)
            if found is not None and not found.command & pdu.RESPONSE:
                return found
        return None

    def answer(self, to: Pdu, *, status: int = pdu.OK) -> None:
        body = b"\0" if to.command == pdu.DELIVER_SM else b""
        self._say(Pdu(to.command | pdu.RESPONSE, to.sequence, status, body))

    def leave(self) -> None:
        """Unbind, as far as the other side still listens."""
        try:
            self.ask(pdu.UNBIND)
        except OSError:
            pass
        finally:
            self.close()

    def close(self) -> None:
        self._line.close()

    def _answer_to(self, sequence: int) -> Pdu:
        until = time.monotonic() + _ANSWER
        while True:
            found = self._next(until - time.monotonic())
            if found is None:
                raise TimeoutError("the SMS centre does not answer")
            if found.command & pdu.RESPONSE:
                if found.sequence == sequence:
                    return found
            else:
                self._came.append(found)

    def _say(self, said: Pdu) -> None:
        self._line.settimeout(_ANSWER)
        self._line.sendall(said.octets())

    def _next(self, seconds: float) -> Pdu | None:
        """The next PDU that is not about the connection itself."""
        until = time.monotonic() + max(seconds, 0.001)
        while (left := until - time.monotonic()) > 0:
            found = self._whole(left)
            if found is None:
                return None
            self.used_at = time.monotonic()
            if found.command == pdu.ENQUIRE_LINK:
                self.answer(found)
            elif found.command == pdu.UNBIND:
                self.answer(found)
                raise ConnectionResetError("the SMS centre unbound us")
            elif found.command not in _KNOWN and not found.command & pdu.RESPONSE:
                self._say(Pdu(pdu.GENERIC_NACK, found.sequence, 0x03))
            else:
                return found
        return None

    def _whole(self, seconds: float) -> Pdu | None:
        """What was read of an unfinished PDU stays for the next time."""
        until = time.monotonic() + seconds
        while True:
            need = pdu.length_of(self._read[:4]) if len(self._read) >= 4 else 16  # noqa: PLR2004  # its length comes first
            if len(self._read) >= need:
                whole, self._read = self._read[:need], self._read[need:]
                return pdu.read(whole)
            left = until - time.monotonic()
            if left <= 0:
                return None
            self._line.settimeout(left)
            try:
                piece = self._line.recv(need - len(self._read))
            except TimeoutError:
                return None
            if not piece:
                raise ConnectionResetError("the SMS centre hung up")
            self._read += piece


_KNOWN: Final = frozenset([pdu.DELIVER_SM])
