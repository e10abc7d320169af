"""Calling for help, and saying that it came."""

from django.db import transaction
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from crm.events.catalogue import InteractionUpdated
from crm.events.publish import publish
from interactions.models import Interaction
from interactions.processes.notify_customer.colleagues import tell_escalated
from interactions.processes.track_interaction.timeline import append, work_on
from interactions.processes.update_interaction.handing import still_open


@transaction.atomic
def escalate(*, interaction_id: int, reason: str, actor: Actor) -> Interaction:
    """Ask those who lead for help; the promises and the owner stay as they are."""
    require(actor, "interactions.update_interaction")
    interaction = still_open(work_on(interaction_id, actor=actor))
    if not reason.strip():
        raise RuleBroken(
            "reason-missing", _("Say what help is needed."), field="reason", kind="invalid"
        )
    _set(interaction, interaction.escalation + 1, "escalated", reason.strip()[:200], actor)
    tell_escalated(interaction=interaction, reason=reason.strip(), by=actor.name)
    interaction.refresh_from_db()
    return interaction


@transaction.atomic
def calm(*, interaction_id: int, actor: Actor) -> Interaction:
    """The help came: it is an ordinary matter again."""
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    if interaction.escalation:
        _set(interaction, 0, "calmed", "", actor)
    interaction.refresh_from_db()
    return interaction


def _set(interaction: Interaction, level: int, what: str, reason: str, actor: Actor) -> None:
    append(interaction, what, actor=actor, level=level, reason=reason)
    interaction.escalation = level
    interaction.save(update_fields=["escalation"])
    publish(InteractionUpdated(interaction_id=interaction.pk, changed=["escalation"]), actor=actor)
