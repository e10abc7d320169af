"""Marketing mail carries the way out of it: one click, no signing in (RFC 8058)."""

from typing import Final

from django.conf import settings
from django.core import signing
from django.urls import reverse

from interactions.models import Message

MARKETING: Final = "marketing"
_SALT: Final = "interactions.channels.unsubscribing"


def headers(message: Message) -> dict[str, str]:
    """The two headers mail programs make a button of; none for a customer without a party."""
    customer = message.interaction.customer
    if customer is None or customer.party_id is None:
        return {}
    way_out = reverse("interactions:unsubscribe", args=[token(customer.party_id, message.purpose)])
    return {
        "List-Unsubscribe": f"<{settings.CRM_PUBLIC_URL.rstrip('/')}{way_out}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def token(party_id: int, purpose: str) -> str:
    return signing.dumps([party_id, purpose], salt=_SALT)


def opened(said: str) -> tuple[int, str] | None:
    """The party and purpose of a true token; None for any other text."""
    try:
        party_id, purpose = signing.loads(said, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(party_id), str(purpose)
