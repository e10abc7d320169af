"""Links in a message that open something without signing in: whoever reads them has the key."""

import re
from typing import Final

from interactions.models import Message

_KEYS: Final = re.compile(r"(/(?:opinion|mine)/)[^\s?]+")
_GONE: Final = re.compile(r"/(?:opinion|mine)/…")


def without_keys(body: str) -> str:
    """The text as it stays in the timeline once the customer has the key."""
    return _KEYS.sub(r"\1…", body)


def lost_its_keys(message: Message) -> bool:
    """Whether its text can't be sent again: the link in it no longer opens anything."""
    return bool(_GONE.search(message.body))
