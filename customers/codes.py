"""One-time codes: six digits, of which only a keyed hash is ever stored."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings

LIVES: Final = timedelta(minutes=10)
MOST_TRIES: Final = 3
_DIGITS: Final = 6


def new_code() -> str:
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"


def hashed(check: UUID, code: str) -> str:
    """Bound to its check, so that equal codes do not look alike."""
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"code:{check}:{code}".encode(), hashlib.sha256).hexdigest()


def matches(check: UUID, code: str, kept: str) -> bool:
    digits = "".join(char for char in code if char.isascii() and char.isdigit())
    return bool(kept) and hmac.compare_digest(hashed(check, digits), kept)
