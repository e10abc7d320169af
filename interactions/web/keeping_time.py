"""Does the duty itself keep time: the oldest clock that did not fire, what waits, and the beat."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.cache import cache
from django.utils.translation import gettext as _

from crm.access import Actor
from crm.events.models import Delivery, Heartbeat
from crm.web import times
from interactions.models import ArmedClock, Message

_KEPT_SECONDS: Final = 15
_LATE_CLOCK: Final = timedelta(seconds=60)
_OLD_DELIVERY: Final = timedelta(minutes=2)
_OLD_MESSAGE: Final = timedelta(minutes=5)
_SILENT_BEAT: Final = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of life: in words, and whether somebody has to look."""

    label: str
    said: str
    bad: bool


def signs(actor: Actor, now: datetime) -> list[Sign]:
    """For who leads; counted afresh at most every fifteen seconds."""
    if not actor.has_perm("interactions.report_interaction"):
        return []
    key = f"keeping-time:{actor.language}"
    kept: list[Sign] | None = cache.get(key)
    if kept is None:
        kept = _signs(now)
        cache.set(key, kept, _KEPT_SECONDS)
    return kept


def _signs(now: datetime) -> list[Sign]:
    clock = (
        ArmedClock.objects.filter(next_fire_at__lt=now)
        .order_by("next_fire_at")
        .values_list("next_fire_at", flat=True)
        .first()
    )
    delivery = (
        Delivery.objects.due().order_by("next_try_at").values_list("next_try_at", flat=True).first()
    )
    message = (
        Message.objects.filter(state=Message.State.QUEUED, available_at__lt=now)
        .order_by("available_at")
        .values_list("available_at", flat=True)
        .first()
    )
    beat = Heartbeat.objects.filter(name="beat").values_list("beaten_at", flat=True).first()
    return [
        _waits(_("Clocks"), clock, now, _LATE_CLOCK),
        _waits(_("Events"), delivery, now, _OLD_DELIVERY),
        _waits(_("Messages"), message, now, _OLD_MESSAGE),
        _beat(beat, now),
    ]


def _waits(label: str, oldest: datetime | None, now: datetime, limit: timedelta) -> Sign:
    if oldest is None:
        return Sign(label, _("nothing waits"), False)
    age = now - oldest
    said = _("oldest waits %(time)s") % {"time": times.left(age.total_seconds())}
    return Sign(label, said, age > limit)


def _beat(beaten_at: datetime | None, now: datetime) -> Sign:
    if beaten_at is None:
        return Sign(_("Beat"), _("none yet"), True)
    age = now - beaten_at
    said = _("%(time)s ago") % {"time": times.left(age.total_seconds())}
    return Sign(_("Beat"), said, age > _SILENT_BEAT)
