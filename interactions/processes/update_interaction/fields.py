"""What an interaction says about itself, and taking a mistaken one out of sight."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import SYSTEM, Actor, require
from crm.errors import RuleBroken
from crm.events.catalogue import InteractionRemoved, InteractionUpdated
from crm.events.publish import publish
from customers.models import Customer
from customers.processes.place_hold import place_hold, release_hold
from interactions.models import Interaction, Reason
from interactions.processes.close_interaction import call_off, hold
from interactions.processes.log_interaction import HOLD
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.starting import retarget
from interactions.processes.track_interaction.timeline import append, change_status, work_on
from interactions.reads import check_team

CHANGEABLE = frozenset(
    {
        "subject",
        "description",
        "priority",
        "reason",
        "verticals",
        "region",
        "verification_level",
        "as_given",
        "agreement_id",
        "product_id",
        "team_id",
        "customer_id",
        "status",
    }
)
# A change of these may change what was promised.
_DECIDES_PROMISE = frozenset({"priority", "agreement_id", "customer_id"})


@transaction.atomic
def change_fields(
    *,
    interaction_id: int,
    changes: Mapping[str, Any],
    expected_revision: int | None = None,
    actor: Actor,
) -> Interaction:
    """Change what an interaction says about itself; a change that decides promises re-times them.

    `reason` is a key. `status` follows the table of moves; completing and closing have their own
    process.
    """
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    if expected_revision is not None and interaction.revision != expected_revision:
        raise RuleBroken(
            "changed-meanwhile",
            _("Somebody changed this meanwhile. Look at it again before you change it."),
            kind="precondition",
            details={"revision": interaction.revision},
        )
    strange = set(changes) - CHANGEABLE
    if strange:
        raise RuleBroken(
            "not-changeable",
            _("%(fields)s can't be changed.") % {"fields": ", ".join(sorted(strange))},
            field=min(strange),
            kind="invalid",
        )
    changed = _apply(interaction, dict(changes), actor)
    if changed:
        append(interaction, "fields_changed", actor=actor, fields=changed)
        if _DECIDES_PROMISE & set(changed):
            retarget(interaction=interaction, reason=", ".join(sorted(changed)), actor=actor)
        publish(
            InteractionUpdated(interaction_id=interaction.pk, changed=sorted(changed)),
            actor=actor,
        )
        refold(interaction=interaction, actor=actor)
    interaction.refresh_from_db()
    return interaction


@transaction.atomic
def remove(*, interaction_id: int, expected_revision: int | None = None, actor: Actor) -> None:
    """Take a mistakenly logged interaction out of sight; its timeline stays."""
    require(actor, "interactions.close_interaction")
    interaction = work_on(interaction_id, actor=actor)
    if expected_revision is not None and interaction.revision != expected_revision:
        raise RuleBroken(
            "changed-meanwhile",
            _("Somebody changed this meanwhile. Look at it again before you change it."),
            kind="precondition",
        )
    if interaction.status in Interaction.ENDED:
        append(interaction, "removed", actor=actor)
    else:
        call_off(interaction=interaction, reason="removed", actor=actor, removed=True)
    interaction.removed_at = timezone.now()
    interaction.save(update_fields=["removed_at"])
    hold(release_hold, interaction)
    publish(InteractionRemoved(interaction_id=interaction.pk), actor=actor)
    refold(interaction=interaction, actor=actor)


def _apply(interaction: Interaction, changes: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Set the fields that really change; returns them with their old and new values."""
    status = changes.pop("status", None)
    if "reason" in changes:
        changes["reason_id"] = _reason_id(changes.pop("reason"))
    if "verticals" in changes and not changes["verticals"]:
        raise RuleBroken(
            "vertical-missing", _("Name at least one vertical."), field="verticals", kind="invalid"
        )
    if changes.get("team_id") is not None:
        check_team(changes["team_id"])
    changed = {
        name: {"old": getattr(interaction, name), "new": value}
        for name, value in changes.items()
        if getattr(interaction, name) != value
    }
    for name in changed:
        setattr(interaction, name, changes[name])
    if changed:
        interaction.save(update_fields=list(changed))
    if "customer_id" in changed:
        _hold_the_new(interaction, changed["customer_id"]["old"], actor)
    if status is not None and status != interaction.status:
        if status in interaction.ENDED or interaction.status in interaction.ENDED:
            raise RuleBroken(
                "close-it-properly",
                _("Ending it and taking it up again have their own steps."),
                field="status",
            )
        changed["status"] = {"old": interaction.status, "new": status}
        change_status(interaction, status, actor=actor)
    return changed


def _reason_id(key: str) -> int | None:
    if not key:
        return None
    found = Reason.objects.filter(key=key, active=True).values_list("pk", flat=True).first()
    if found is None:
        raise RuleBroken(
            "unknown-reason",
            _("There is no reason “%(key)s” in use. Choose one of the list.") % {"key": key},
            field="reason",
            kind="invalid",
        )
    return found


def _hold_the_new(interaction: Interaction, old: int | None, actor: Actor) -> None:
    """The matter is another customer's: that one is needed now, and the former no longer."""
    reference = str(interaction.public_id)
    if old is not None:
        release_hold(customer_id=old, kind=HOLD, reference=reference, actor=SYSTEM)
    if interaction.customer_id is None:
        return
    new = Customer.objects.visible_to(actor).get(pk=interaction.customer_id)
    if interaction.status not in Interaction.FINISHED:
        place_hold(
            customer_id=new.pk,
            kind=HOLD,
            reference=reference,
            reason=interaction.reference,
            actor=SYSTEM,
        )
