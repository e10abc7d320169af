"""How long somebody was at a matter: counted while it is open before them, or as they say."""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from interactions.models import Reading
from interactions.processes.track_interaction.timeline import append, work_on
from interactions.processes.update_interaction.handing import still_open

LONGEST: Final = timedelta(days=1)


def time_spent(*, interaction_id: int, actor: Actor) -> timedelta:
    """What is counted of their time, or what they said instead with what was counted since."""
    mine = Reading.objects.filter(interaction=interaction_id, user=actor.pk).first()
    return mine.spent if mine else timedelta()


@transaction.atomic
def correct_time_spent(*, interaction_id: int, spent: timedelta, actor: Actor) -> Reading:
    """They know better: what was counted stays, and the history tells both."""
    require(actor, "interactions.update_interaction")
    if not timedelta() <= spent <= LONGEST:
        raise RuleBroken(
            "time-wrong",
            _("Time at one matter is from nothing to a day."),
            field="minutes",
            kind="input",
        )
    interaction = still_open(work_on(interaction_id, actor=actor))
    Reading.objects.get_or_create(interaction=interaction, user_id=actor.pk or 0)
    mine = Reading.objects.select_for_update().get(interaction=interaction, user=actor.pk)
    before = mine.spent
    mine.correction = spent - mine.focus
    mine.save(update_fields=["correction"])
    append(
        interaction,
        "time_corrected",
        actor=actor,
        counted=_seconds(mine.focus),
        before=_seconds(before),
        spent=_seconds(spent),
    )
    return mine


def _seconds(time: timedelta) -> int:
    return round(time.total_seconds())
