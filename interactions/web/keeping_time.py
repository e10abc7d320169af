"""Does the duty itself keep time: the oldest clock that did not fire, what waits, and the beat."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access import Actor
from crm.web import times
from interactions.processes.track_interaction import Sign as Watched
from interactions.processes.track_interaction import watch_duty

_KEPT_SECONDS: Final = 15
_LABELS: Final = {
    "clocks": gettext_lazy("Clocks"),
    "outbox": gettext_lazy("Events"),
    "messages": gettext_lazy("Messages"),
    "beat": gettext_lazy("Beat"),
}


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
        watched = watch_duty(now=now, actor=actor)
        kept = [_in_words(one, now) for one in watched if one.key in _LABELS]
        cache.set(key, kept, _KEPT_SECONDS)
    return kept


def _in_words(one: Watched, now: datetime) -> Sign:
    label, beat = str(_LABELS[one.key]), one.key == "beat"
    if one.since is None:
        return Sign(label, _("none yet") if beat else _("nothing waits"), not one.well)
    time = times.left((now - one.since).total_seconds())
    said = _("%(time)s ago") if beat else _("oldest waits %(time)s")
    return Sign(label, said % {"time": time}, not one.well)
