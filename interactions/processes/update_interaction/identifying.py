"""A caller proved who they are: the matters they are spoken with about say so, and since when."""

from django.db import transaction

from crm.access import SYSTEM
from customers.models import CallerCheck, CheckState
from interactions.models import Interaction
from interactions.processes.track_interaction.timeline import append


@transaction.atomic
def note_identified(*, check_id: int) -> int:
    """Raise the level of what the checking agent has open for this customer; says of how many.

    A level is never lowered: what was disclosed was disclosed to somebody who had proved it.
    """
    check = CallerCheck.objects.filter(pk=check_id, state=CheckState.PASSED).first()
    if check is None or check.actor_id is None:
        return 0
    mine = Interaction.objects.open().filter(
        customer=check.customer_id,
        owner=check.actor_id,
        removed_at=None,
        verification_level__lt=check.level,
    )
    matters = list(mine.order_by("pk").select_for_update(of=("self",)))
    for interaction in matters:
        interaction.verification_level = check.level
        interaction.save(update_fields=["verification_level"])
        append(
            interaction,
            "identified",
            actor=SYSTEM,
            at=check.decided_at,
            level=check.level,
            method=check.method,
            check=str(check.public_id),
            by=check.actor_name,
        )
    return len(matters)
