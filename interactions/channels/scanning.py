"""Ask a virus scanner (clamd) about a file; without one configured, nothing is asked."""

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


def found_in(content: bytes) -> str:
    """The name of what was found, "" for a clean file; raises OSError when nobody can say."""
    host, _colon, port = str(settings.CRM_SCANNER).rpartition(":")
    with socket.create_connection((host, int(port)), timeout=_TIMEOUT) as line:
        line.sendall(b"zINSTREAM\0")
        for at in range(0, len(content), _PIECE):
            piece = content[at : at + _PIECE]
            line.sendall(struct.pack("!L", len(piece)) + piece)
        line.sendall(struct.pack("!L", 0))
        answer = line.recv(_MOST_ANSWER).decode("utf-8", "replace").strip("\0\n ")
    if answer.endswith("FOUND"):
        return answer.partition(":")[2].removesuffix("FOUND").strip() or "unnamed"
    if not answer.endswith("OK"):
        raise OSError(f"The scanner said: {answer[:200]}")
    return ""
