"""Taken and left lying: what nobody answered in time goes back to the queue."""

from datetime import datetime
from typing import Final

from django.db import transaction

from crm.access import SYSTEM
from interactions.models import Interaction
from interactions.processes.notify_customer.colleagues import tell_returned
from interactions.processes.update_interaction.handing import hand_to

UNANSWERED: Final = "unanswered"


def return_unanswered(limit: int, now: datetime) -> int:
    """Give back at most `limit` matters whose time to be answered is over; says how many."""
    with transaction.atomic():
        rows = list(
            Interaction.objects.filter(return_at__lte=now)
            .order_by("return_at")
            .select_for_update(skip_locked=True, of=("self",))[:limit]
        )
        for interaction in rows:
            owner_id = interaction.owner_id
            if interaction.status in Interaction.ENDED or owner_id is None:
                interaction.return_at = None
                interaction.save(update_fields=["return_at"])
                continue
            at = interaction.return_at
            hand_to(interaction, None, SYSTEM, because=UNANSWERED)
            tell_returned(interaction=interaction, owner_id=owner_id, at=at)
    return len(rows)
