"""Validate Contact: what deliveries tell us about a contact point."""

from django.db import transaction

from crm.access import Actor
from crm.audit.history import because
from customers.models import ContactMedium

ETOM = "1.3.6.2"


@transaction.atomic
def mark_unreachable(*, medium_id: int, reason: str, actor: Actor) -> bool:
    """A message came back: the contact point is not used until it is verified again."""
    with because(actor, f"undeliverable: {reason}"[:200]):
        return bool(
            ContactMedium.objects.reachable()
            .filter(pk=medium_id)
            .update(state=ContactMedium.State.UNREACHABLE)
        )
