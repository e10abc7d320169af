"""The auditor: fold a sample afresh every night and say aloud where the store differs."""

from datetime import timedelta
from typing import Final

import structlog
from django.utils import timezone

from interactions.models import Interaction
from interactions.processes.notify_customer.staff import alarm_auditor
from interactions.processes.track_interaction.rebuilding import rebuild

_log = structlog.get_logger(__name__)
_RECENT: Final = timedelta(days=2)


def audit_sample(size: int = 500) -> int:
    """Rebuild what changed lately from its events; returns how many interactions differ."""
    since = timezone.now() - _RECENT
    recent = Interaction.objects.filter(updated_at__gte=since, event_count__gt=0)
    differing = {}
    for interaction_id in recent.order_by("?").values_list("pk", flat=True)[:size]:
        if found := rebuild(interaction_id=interaction_id):
            differing[interaction_id] = found
            _log.error("sla.store_differs", interaction_id=interaction_id, found=repr(found))
    if differing:
        alarm_auditor(interactions=sorted(differing), at=timezone.now())
    return len(differing)
