"""Out of sight until a time: the clocks run on, and a promise that comes due is never hidden."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import SYSTEM, Actor, require
from crm.errors import RuleBroken
from interactions.models import Interaction
from interactions.processes.notify_customer.colleagues import tell_woken
from interactions.processes.track_interaction.timeline import append, work_on
from interactions.processes.update_interaction.handing import still_open

LONGEST: Final = timedelta(days=90)


@transaction.atomic
def snooze(*, interaction_id: int, until: datetime, actor: Actor) -> Interaction:
    """Let it sleep; it wakes at that time, or when the customer writes."""
    require(actor, "interactions.update_interaction")
    interaction = still_open(work_on(interaction_id, actor=actor))
    now = timezone.now()
    if not now < until <= now + LONGEST:
        raise RuleBroken(
            "wakes-too-late" if until > now else "wakes-in-the-past",
            _("Let it wake between now and %(days)d days from now.") % {"days": LONGEST.days},
            field="until",
            kind="invalid",
        )
    if interaction.snoozed_until != until:
        append(interaction, "snoozed_until", actor=actor, until=until.isoformat())
        _set(interaction, until)
    interaction.refresh_from_db()
    return interaction


@transaction.atomic
def wake(*, interaction_id: int, actor: Actor) -> Interaction:
    """Take it up before its time; waking what is awake changes nothing."""
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    if interaction.snoozed_until is not None:
        append(interaction, "woken", actor=actor, because="person")
        _set(interaction, None)
    interaction.refresh_from_db()
    return interaction


def wake_due(limit: int, now: datetime) -> int:
    """Wake what has slept long enough and tell its owner; says how many."""
    with transaction.atomic():
        rows = list(
            Interaction.objects.filter(snoozed_until__lte=now)
            .order_by("snoozed_until")
            .select_for_update(skip_locked=True, of=("self",))[:limit]
        )
        for interaction in rows:
            tell_woken(interaction=interaction)
            append(interaction, "woken", actor=SYSTEM, at=now, because="time")
            _set(interaction, None)
    return len(rows)


def _set(interaction: Interaction, until: datetime | None) -> None:
    interaction.snoozed_until = until
    interaction.save(update_fields=["snoozed_until"])
