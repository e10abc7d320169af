"""Signed marks that lead an answer back to its interaction; nobody else can make one.

A mark is `<number>.<sixteen letters>`: it survives mail servers that fold case, and fits into the
64 characters of a local part. Keys that were rotated out still open what they signed.
"""

import hmac
import re
from base64 import b32encode
from collections.abc import Iterable, Iterator
from typing import Final

from django.conf import settings
from django.utils.crypto import salted_hmac

_SALT: Final = "interactions.channels.marks"
_MARK: Final = re.compile(r"(?<![0-9a-z])([1-9][0-9]{0,17})\.([a-z2-7]{16})(?![a-z2-7])")
_MOST: Final = 40


def mark(interaction_id: int) -> str:
    """The mark of an interaction, the same each time."""
    return f"{interaction_id}.{_signature(interaction_id, settings.SECRET_KEY)}"


def marked(texts: Iterable[str]) -> tuple[int, ...]:
    """The interactions whose true marks stand in these texts, in their order, each once."""
    return tuple(dict.fromkeys(_found(texts)))


def _found(texts: Iterable[str]) -> Iterator[int]:
    looked_at = 0
    for text in texts:
        for number, said in _MARK.findall(text.lower()):
            looked_at += 1
            if looked_at > _MOST:
                return
            if _is_ours(int(number), said):
                yield int(number)


def _is_ours(interaction_id: int, said: str) -> bool:
    keys = (settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS))
    return any(hmac.compare_digest(_signature(interaction_id, key), said) for key in keys)


def _signature(interaction_id: int, key: str) -> str:
    made = salted_hmac(_SALT, str(interaction_id), secret=key, algorithm="sha256").digest()
    return b32encode(made[:10]).decode().lower()
