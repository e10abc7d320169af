"""Addresses of many rows: that of one is worked out, and the others are spelled like it."""

from functools import lru_cache
from typing import Final
from uuid import UUID

from django.urls import get_script_prefix, reverse

_NUMBER: Final = 1234567890123456789
_ID: Final = UUID("01234567-89ab-4cde-8f01-23456789abcd")


def address_of(name: str, key: int | UUID) -> str:
    """What `reverse` says of the page of one row, in a tenth of its time."""
    sample = _NUMBER if isinstance(key, int) else _ID
    before, after = _around(name, sample, get_script_prefix())
    return f"{before}{key}{after}"


@lru_cache(maxsize=256)
def _around(name: str, sample: int | UUID, _prefix: str) -> tuple[str, str]:
    before, _sample, after = reverse(name, args=[sample]).partition(str(sample))
    return before, after
