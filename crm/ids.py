"""Public ids: random enough to guess nothing, ordered enough to keep an index compact."""

import os
import time
import uuid
from collections.abc import Iterator

_AT_ONCE = 256
# The two bits that say RFC 9562, with the two below them as they were drawn.
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def new_id() -> uuid.UUID:
    """A version 7 UUID (RFC 9562): 48 bits of milliseconds, then random bits."""
    millis = time.time_ns() // 1_000_000
    tail = int.from_bytes(os.urandom(10), "big")
    value = (millis & (1 << 48) - 1) << 80 | tail
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0b11 << 62) | 0b10 << 62
    return uuid.UUID(int=value)


def new_hexes() -> Iterator[str]:
    """Ids like new_id's, as hexadecimal digits, for rows that are written by the thousand."""
    while True:
        head = f"{time.time_ns() // 1_000_000:012x}7"
        noise = os.urandom(_AT_ONCE * 10).hex()
        for at in range(0, len(noise), 20):
            variant = _VARIANT[noise[at + 3]]
            yield f"{head}{noise[at : at + 3]}{variant}{noise[at + 4 : at + 19]}"
