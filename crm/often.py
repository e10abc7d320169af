"""How often a stranger may knock: public pages count by place and by address, an hour at a time."""

import hashlib
from typing import Final

from django.core.cache import cache

_HOUR: Final = 3600


def once_more(door: str, *limits: tuple[str, str, int]) -> bool:
    """Whether whoever is at the door may pass once more this hour; a limit is kind, value, most.

    Without the cache everybody may: the limit protects us, it is no rule.
    """
    return all(
        _below(f"{door}:{kind}:{hashlib.sha256(value.encode()).hexdigest()[:32]}", most)
        for kind, value, most in limits
        if value
    )


def _below(key: str, most: int) -> bool:
    try:
        cache.add(key, 0, _HOUR)
        return int(cache.incr(key)) <= most
    except Exception:  # whatever the cache says when it is away
        return True
