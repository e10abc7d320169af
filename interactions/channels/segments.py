"""How many parts an SMS is sent and billed as."""

from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED: Final = frozenset("^{}\\[~]|€\f")
_GSM_ONE, _GSM_EACH = 160, 153
_WIDE_ONE, _WIDE_EACH = 70, 67


def segments(text: str) -> int:
    """One part up to 160 letters of the GSM alphabet or 70 others; more need a header each."""
    if all(letter in _BASIC or letter in _ESCAPED for letter in text):
        return _parts([2 if letter in _ESCAPED else 1 for letter in text], _GSM_ONE, _GSM_EACH)
    widths = [2 if ord(letter) > 0xFFFF else 1 for letter in text]  # noqa: PLR2004  # UTF-16
    return _parts(widths, _WIDE_ONE, _WIDE_EACH)


def _parts(widths: list[int], one: int, each: int) -> int:
    """A letter that needs two places is never cut in two."""
    if sum(widths) <= one:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > each:
            parts, used = parts + 1, 0
        used += width
    return parts
