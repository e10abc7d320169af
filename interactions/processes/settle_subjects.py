"""Update Customer Interaction: several subjects in one contact, each with an outcome of its own."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from interactions.governed import CLOSE_POLICY
from interactions.models import Interaction, InteractionItem, Reason
from interactions.processes.track_interaction.timeline import append, work_on
from readiness.registry.resolve import resolve

ETOM = "1.3.5.2"


@transaction.atomic
def add_subject(
    *,
    interaction_id: int,
    subject: str,
    reason_key: str = "",
    about: Mapping[str, str] | None = None,
    actor: Actor,
) -> InteractionItem:
    """Note a further subject of the contact; `about` names the order, bill or ticket it is about.

    The same subject said twice is one.
    """
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    named = " ".join(subject.split())[:250]
    if not named:
        raise RuleBroken(
            "nothing-said", _("Say what it is about."), field="subject", kind="invalid"
        )
    if interaction.status in Interaction.ENDED:
        raise RuleBroken("ended", _("This has ended. Reopen it first."), field="subject")
    if known := interaction.items.filter(subject=named).first():
        return known
    last = interaction.items.aggregate(last=Max("number"))["last"] or 0
    entity = dict(about or {})
    item = InteractionItem.objects.create(
        interaction=interaction,
        number=last + 1,
        reason=_reason(reason_key),
        subject=named,
        entity_type=entity.get("type", "")[:60],
        entity_id=entity.get("id", "")[:120],
    )
    _note(interaction, item, actor, "subject_added", subject=named)
    return item


@transaction.atomic
def settle_subject(*, item_id: int, outcome: str, note: str = "", actor: Actor) -> InteractionItem:
    """Say what came of one subject; the others go on. Saying the same again changes nothing."""
    require(actor, "interactions.update_interaction")
    seen = InteractionItem.objects.filter(interaction__in=Interaction.objects.visible_to(actor))
    interaction = work_on(seen.get(pk=item_id).interaction_id, actor=actor)
    item = seen.select_for_update(of=("self",)).get(pk=item_id)
    if (item.outcome, item.note) == (outcome, note) and item.settled_at is not None:
        return item
    offered = resolve(CLOSE_POLICY.key, unit=str(interaction.public_id)).config["outcomes"]
    if outcome not in offered:
        raise RuleBroken(
            "outcome-missing",
            _("Choose how it ended: %(outcomes)s.") % {"outcomes": ", ".join(offered)},
            field="outcome",
            kind="invalid",
        )
    item.outcome, item.note, item.settled_at = outcome, note, timezone.now()
    item.save(update_fields=["outcome", "note", "settled_at"])
    _note(interaction, item, actor, "subject_settled", subject=item.subject, outcome=outcome)
    return item


def nothing_unsettled(interaction: Interaction) -> None:
    """Refuse while a subject of the contact has no outcome of its own."""
    open_ones = interaction.items.filter(settled_at=None).values_list("subject", flat=True)
    if names := list(open_ones[:5]):
        raise RuleBroken(
            "subjects-open",
            _("Say first what came of: %(names)s.") % {"names": ", ".join(names)},
            field="outcome",
            details={"subjects": names},
        )


def _reason(key: str) -> Reason | None:
    if not key:
        return None
    found = Reason.objects.filter(key=key, active=True).first()
    if found is None:
        raise RuleBroken(
            "unknown-reason",
            _("There is no reason “%(key)s” in use. Choose one of the list.") % {"key": key},
            field="reason",
            kind="invalid",
        )
    return found


def _note(
    interaction: Interaction, item: InteractionItem, actor: Actor, type: str, **data: Any
) -> None:
    append(interaction, type, actor=actor, item=str(item.public_id), number=item.number, **data)
