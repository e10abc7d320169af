"""Channel adapters: one module per channel, each with the same three functions."""

from collections.abc import Mapping
from typing import Final

from interactions.channels import (
    app,
    email,
    letter,
    on_page,
    phone,
    shop,
    sms,
    social,
    whatsapp,
)
from interactions.channels.contract import Adapter

# Partner systems write and read over the Open APIs; what else they push has the plain spelling.
_ADAPTERS: Final[Mapping[str, Adapter]] = {
    "api": on_page,
    "app": app,
    "chat": on_page,
    "email": email,
    "letter": letter,
    "phone": phone,
    "shop": shop,
    "sms": sms,
    "social": social,
    "web": on_page,
    "whatsapp": whatsapp,
}


def adapter_of(channel: str) -> Adapter:
    """The adapter of a channel; KeyError for a channel nobody knows."""
    return _ADAPTERS[channel]
