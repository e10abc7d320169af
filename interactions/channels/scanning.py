"""Ask a virus scanner (clamd) about a file; without one configured, nothing is asked."""

import contextlib
import socket
import struct
from typing import Final

from django.conf import settings

_TIMEOUT: Final = 20.0
_PIECE: Final = 64 * 1024
_MOST_ANSWER: Final = 1024


def is_scanned() -> bool:
    """Whether this installation has a scanner."""
    return bool(settings.CRM_SCANNER)


class NotScannable(ValueError):
    """The scanner answered, but would not look at this file: too large for it, or broken."""


def found_in(content: bytes) -> str:
    """The name of what was found, "" for a clean file.

    Raises NotScannable when the scanner refuses this file, OSError when nobody can say.
    """
    host, _colon, port = str(settings.CRM_SCANNER).rpartition(":")
    with socket.create_connection((host, int(port)), timeout=_TIMEOUT) as line:
        # Who has heard enough hangs up while we still talk; the answer was sent before.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            _stream(line, content)
        answer = _answer(line)
    if answer.endswith("FOUND"):
        return answer.partition(":")[2].removesuffix("FOUND").strip() or "unnamed"
    if answer.endswith("OK"):
        return ""
    if answer:
        raise NotScannable(answer[:200])
    raise OSError("The scanner hung up without a word.")


def _stream(line: socket.socket, content: bytes) -> None:
    line.sendall(b"zINSTREAM\0")
    for at in range(0, len(content), _PIECE):
        piece = content[at : at + _PIECE]
        line.sendall(struct.pack("!L", len(piece)) + piece)
    line.sendall(struct.pack("!L", 0))


def _answer(line: socket.socket) -> str:
    """All of it, however many pieces it comes in."""
    said = b""
    while len(said) < _MOST_ANSWER and not said.endswith(b"\0"):
        piece = line.recv(_MOST_ANSWER)
        if not piece:
            break
        said += piece
    return said.decode("utf-8", "replace").strip("\0\n ")
