"""Record a look at personal data; called by every page, API read and export that shows some."""

from collections.abc import Iterable

import structlog

from crm.access import Actor
from crm.audit.models import Access


def record_access(
    *,
    actor: Actor,
    action: str,
    subject: str,
    ids: Iterable[int | str],
    purpose: str,
    detail: str = "",
) -> None:
    """One row for one look; `ids` may name many subjects (a list, an export)."""
    Access.objects.create(
        actor_id=actor.pk,
        actor_name=actor.name,
        action=action,
        subject=subject,
        subject_ids=list(ids),
        purpose=purpose,
        detail=detail[:200],
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )
