"""What somebody means to do later: noted, brought to mind once, and settled by a person."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from interactions.models import FollowUp
from interactions.processes.notify_customer.colleagues import tell_follow_up
from interactions.processes.track_interaction.timeline import append, work_on
from interactions.reads import check_colleague


@transaction.atomic
def plan_follow_up(
    *,
    interaction_id: int,
    kind: str,
    note: str,
    due_at: datetime,
    owner_id: int | None = None,
    actor: Actor,
) -> FollowUp:
    """Note what is to be done when; without an owner it is mine."""
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    check_colleague(owner_id)
    _plannable(kind, note, due_at)
    follow_up = FollowUp.objects.create(
        interaction=interaction,
        owner_id=owner_id or actor.pk,
        kind=kind,
        note=" ".join(note.split())[:200],
        due_at=due_at,
        created_by=actor.name,
    )
    append(
        interaction,
        "follow_up_planned",
        actor=actor,
        follow_up=follow_up.pk,
        kind=kind,
        due_at=due_at.isoformat(),
    )
    return follow_up


@transaction.atomic
def settle_follow_up(*, follow_up_id: int, state: str = "done", actor: Actor) -> FollowUp:
    """Done, dropped, or open again; the same again changes nothing."""
    require(actor, "interactions.update_interaction")
    about = FollowUp.objects.values_list("interaction", flat=True).get(pk=follow_up_id)
    interaction = work_on(about, actor=actor)
    follow_up = interaction.follow_ups.get(pk=follow_up_id)
    if state not in FollowUp.State.values:
        raise RuleBroken(
            "unknown-state", _("A follow-up is open, done or dropped."), kind="invalid"
        )
    if follow_up.state != state:
        with because(actor, state):
            follow_up.state = FollowUp.State(state)
            follow_up.settled_at = None if state == FollowUp.State.OPEN else timezone.now()
            follow_up.save(update_fields=["state", "settled_at"])
        append(interaction, "follow_up_settled", actor=actor, follow_up=follow_up.pk, state=state)
    return follow_up


def remind_follow_ups(limit: int, now: datetime) -> int:
    """Bring to mind what is due now, each once; says how many."""
    with transaction.atomic():
        rows = list(
            FollowUp.objects.filter(state=FollowUp.State.OPEN, reminded_at=None, due_at__lte=now)
            .order_by("due_at")
            .select_related("interaction")
            .select_for_update(skip_locked=True, of=("self",))[:limit]
        )
        for follow_up in rows:
            tell_follow_up(follow_up)
        FollowUp.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=now)
    return len(rows)


def _plannable(kind: str, note: str, due_at: datetime) -> None:
    if kind not in FollowUp.Kind.values:
        raise RuleBroken(
            "unknown-kind", _("There is no such kind of follow-up."), field="kind", kind="invalid"
        )
    if not note.strip():
        raise RuleBroken("nothing-said", _("Say what is to be done."), field="note", kind="invalid")
    if due_at <= timezone.now():
        raise RuleBroken(
            "due-in-the-past",
            _("Choose a time that is still to come."),
            field="due_at",
            kind="invalid",
        )
