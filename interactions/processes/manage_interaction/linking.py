"""Saying that two matters have to do with each other."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from interactions.models import Interaction, InteractionLink
from interactions.processes.track_interaction.timeline import append, work_on


@transaction.atomic
def link(
    *, interaction_id: int, other_id: int, kind: str = "related", actor: Actor
) -> InteractionLink:
    """Link a matter to another one; linking what is linked changes nothing."""
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    other = Interaction.objects.visible_to(actor).get(pk=other_id)
    if other.pk == interaction.pk:
        raise RuleBroken(
            "linked-to-itself",
            _("That is this interaction. Name another one."),
            field="other",
            kind="invalid",
        )
    if kind not in InteractionLink.Kind.values:
        raise RuleBroken(
            "unknown-kind", _("There is no such kind of link."), field="kind", kind="invalid"
        )
    found, new = InteractionLink.objects.get_or_create(
        interaction=interaction,
        other=other,
        kind=kind,
        undone_at=None,
        defaults={"made_by": actor.name},
    )
    if new:
        append(interaction, "linked", actor=actor, other=other.pk, kind=kind)
    return found


@transaction.atomic
def unlink(*, link_id: int, actor: Actor) -> None:
    """Take a link back; it stays in the history."""
    require(actor, "interactions.update_interaction")
    about = InteractionLink.objects.values_list("interaction", flat=True).get(pk=link_id)
    interaction = work_on(about, actor=actor)
    found = interaction.links.get(pk=link_id)
    if found.undone_at is None:
        with because(actor, "unlinked"):
            found.undone_at = timezone.now()
            found.save(update_fields=["undone_at"])
        append(interaction, "unlinked", actor=actor, other=found.other_id, kind=found.kind)
