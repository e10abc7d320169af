"""The customer knows and nothing is left open: the matter is closed."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from customers.insight.processes.gather_information import undecided
from customers.processes.place_hold import release_hold
from interactions.models import Interaction, ResponseRequest
from interactions.processes.close_interaction.letting_go import hold, policy_of
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.timeline import append, move, work_on
from readiness.registry.resolve import Resolved

_Status = Interaction.Status


@transaction.atomic
def close(*, interaction_id: int, informed_by: str, actor: Actor) -> Interaction:
    """The customer knows and nothing is left open; closing again changes nothing."""
    require(actor, "interactions.close_interaction")
    interaction = work_on(interaction_id, actor=actor)
    if interaction.status == _Status.CLOSED:
        return interaction
    policy = policy_of(interaction)
    _nothing_open(interaction, informed_by, policy)
    if interaction.status != _Status.COMPLETED:
        raise RuleBroken(
            "not-completed",
            _("Complete it with an outcome first, then close it."),
            field="status",
            details={"from": interaction.status, "to": str(_Status.CLOSED)},
        )
    end(interaction=interaction, informed_by=informed_by, policy=policy, actor=actor)
    interaction.refresh_from_db()
    return interaction


def end(
    *,
    interaction: Interaction,
    informed_by: str,
    policy: Resolved,
    actor: Actor,
    **about: str,
) -> None:
    """Close a locked, completed interaction and let its customer go."""
    now = timezone.now()
    move(interaction, _Status.CLOSED, actor=actor, closed_at=now, customer_informed=informed_by)
    append(
        interaction,
        "closed",
        actor=actor,
        at=now,
        informed_by=informed_by,
        status=str(_Status.CLOSED),
        capability_version=policy.version_id,
        **about,
    )
    hold(release_hold, interaction)
    refold(interaction=interaction, actor=actor)


def facts_to_decide(interaction: Interaction, policy: Resolved) -> int:
    """Facts learnt in this contact that nobody accepted or rejected, where that is asked for."""
    if not policy.config.get("needs_fact_decision", True):
        return 0
    return undecided(interaction.public_id).count()


def questions_open(interaction: Interaction) -> int:
    return interaction.requests.filter(state=ResponseRequest.State.ASKED).count()


def _nothing_open(interaction: Interaction, informed_by: str, policy: Resolved) -> None:
    """Every open item is named at once, so that nobody has to try three times."""
    items = []
    if informed_by not in policy.config["informed_by"]:
        raise RuleBroken(
            "customer-not-informed",
            _("Say how the customer was told, or that it was impossible."),
            field="informed_by",
            kind="invalid",
        )
    questions = questions_open(interaction)
    if questions:
        items.append(_("a question to the customer without an answer"))
    facts = facts_to_decide(interaction, policy)
    if facts:
        items.append(_("%(n)d proposed facts to accept or reject") % {"n": facts})
    if items:
        raise RuleBroken(
            "something-open",
            _("Still open: %(items)s. Nothing was changed.") % {"items": "; ".join(items)},
            details={"questions": questions, "facts": facts},
        )
