"""The alphabet of text messages (3GPP 23.038): one octet a letter, two for a few."""

from typing import Final

BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPE: Final = 0x1B
_ESCAPED: Final = {"\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D,
                   "]": 0x3E, "|": 0x40, "€": 0x65}  # fmt: skip
_OCTETS: Final = {
    letter: bytes([number]) for number, letter in enumerate(BASIC) if number != _ESCAPE
} | {letter: bytes([_ESCAPE, number]) for letter, number in _ESCAPED.items()}
_SECOND: Final = {number: letter for letter, number in _ESCAPED.items()}


def is_basic(text: str) -> bool:
    """Whether every letter is of this alphabet."""
    return all(letter in _OCTETS for letter in text)


def octets(letter: str) -> int:
    return len(_OCTETS[letter])


def encoded(text: str) -> bytes:
    """Unpacked, an octet a letter, as SMS centres take it; KeyError for a letter it has not."""
    return b"".join(_OCTETS[letter] for letter in text)


def decoded(content: bytes) -> str:
    """What is of no letter becomes a question mark: a text is read, never refused."""
    found, escaped = [], False
    for octet in content:
        if octet == _ESCAPE and not escaped:
            escaped = True
            continue
        basic = BASIC[octet] if octet < len(BASIC) else "?"
        found.append(_SECOND.get(octet, basic) if escaped else basic)
        escaped = False
    return "".join(found)
