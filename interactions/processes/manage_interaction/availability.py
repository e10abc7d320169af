"""Whether somebody takes work now."""

from django.db import transaction
from django.utils import timezone

from crm.access import Actor, require
from crm.audit.history import because
from interactions.models import AgentProfile
from interactions.reads import check_colleague


@transaction.atomic
def set_available(*, available: bool, actor: Actor) -> AgentProfile:
    """Come to the desk or leave it; what I have stays mine until it goes back by itself."""
    require(actor, "interactions.update_interaction")
    check_colleague(actor.pk)
    with because(actor, "availability"):
        profile, _new = AgentProfile.objects.select_for_update().get_or_create(
            user_id=actor.pk or 0
        )
        if profile.available != available:
            profile.available, profile.since = available, timezone.now()
            profile.save(update_fields=["available", "since"])
    return profile
