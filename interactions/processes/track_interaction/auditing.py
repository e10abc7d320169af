"""The auditor: fold a sample afresh every night and say aloud where the store differs."""

from datetime import timedelta
from typing import Final

import structlog
from django.db import connection, transaction
from django.utils import timezone

from crm.errors import without_rows
from interactions import clock as engine
from interactions.models import ArmedClock, Interaction
from interactions.processes.notify_customer.staff import alarm_auditor
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.rebuilding import Difference, rebuild
from interactions.processes.track_interaction.sealing import timeline_is_whole

_log = structlog.get_logger(__name__)
_RECENT: Final = timedelta(days=2)


def audit_sample(size: int = 500) -> int:
    """Rebuild what changed lately from its events; returns how many interactions differ."""
    since = timezone.now() - _RECENT
    recent = Interaction.objects.filter(updated_at__gte=since, event_count__gt=0)
    differing = {}
    broken = []
    for interaction_id in recent.order_by("?").values_list("pk", flat=True)[:size]:
        if found := _differences(interaction_id):
            differing[interaction_id] = found
            _log.error("sla.store_differs", interaction_id=interaction_id, found=repr(found))
        if not timeline_is_whole(interaction_id=interaction_id):
            broken.append(interaction_id)
            _log.error("timeline.seal_broken", interaction_id=interaction_id)
    if wrong := sorted({*differing, *broken}):
        alarm_auditor(interactions=wrong, at=timezone.now())
    return len(wrong)


def _differences(interaction_id: int) -> list[Difference]:
    try:
        return rebuild(interaction_id=interaction_id)
    except Interaction.DoesNotExist:
        # To the archive meanwhile, with all that was stored of it.
        return []
    except Exception as problem:  # what can't be rebuilt at all is a difference too
        return [Difference("events", None, without_rows(problem))]


def follow_zone_rules(limit: int) -> int:
    """Reckon running promises anew that were reckoned by another edition of the zone rules.

    Returns how many matters were.
    """
    current = engine.zones.rules_version()
    with transaction.atomic():
        stale = ArmedClock.objects.exclude(clock__zone_rules=current).order_by("pk")
        matters = list(stale.values_list("clock__interaction", flat=True)[:limit])
        locked = Interaction.objects.select_for_update(of=("self",), skip_locked=True)
        found = list(locked.filter(pk__in=matters).order_by("pk"))
        # One that can't be reckoned keeps what it has; the tick alarms when it is due.
        return sum(_reckoned_anew(interaction) for interaction in found)


def _reckoned_anew(interaction: Interaction) -> bool:
    try:
        with transaction.atomic():
            refold(interaction=interaction)
    except Exception as problem:  # one bad matter must not leave all others to the old rules
        if not connection.is_usable():
            raise
        _log.error("sla.not_reckoned", interaction_id=interaction.pk, problem=without_rows(problem))
        return False
    return True
