"""The parts an SMS is sent and billed as."""

from collections.abc import Callable
from typing import Final

from interactions.channels import gsm

_GSM_ONE, _GSM_EACH = 160, 153
_WIDE_ONE, _WIDE_EACH = 70, 67
_ONE_UNIT: Final = 0xFFFF


def parts(text: str) -> list[str]:
    """One part up to 160 letters of the GSM alphabet or 70 others; more need a header each."""
    if gsm.is_basic(text):
        return _cut(text, gsm.octets, _GSM_ONE, _GSM_EACH)
    return _cut(text, _units, _WIDE_ONE, _WIDE_EACH)


def segments(text: str) -> int:
    return len(parts(text))


def _units(letter: str) -> int:
    """In UTF-16."""
    return 1 if ord(letter) <= _ONE_UNIT else 2


def _cut(text: str, width: Callable[[str], int], one: int, each: int) -> list[str]:
    """A letter that needs two places is never cut in two."""
    if sum(map(width, text)) <= one:
        return [text]
    found, used = [""], 0
    for letter in text:
        if used + width(letter) > each:
            found.append("")
            used = 0
        found[-1] += letter
        used += width(letter)
    return found
