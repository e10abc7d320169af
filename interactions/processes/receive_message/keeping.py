"""Keep what came, as it came, before anything is done: whatever breaks later, it is here."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.errors import RuleBroken
from interactions.governed import CHANNELS
from interactions.models import Inbound
from readiness.registry.resolve import CapabilityOff, resolve

_KEPT_RAW: Final = timedelta(days=90)
_AT_ONCE: Final = 2000


@transaction.atomic
def keep(
    *,
    channel: str,
    source: str,
    raw: bytes,
    about: Mapping[str, Any] | None = None,
    received_at: datetime | None = None,
) -> tuple[Inbound, bool]:
    """The row of this delivery, and whether it is new: the same bytes at the same door are one row.

    A channel that is unknown or switched off takes nothing; whoever brought it keeps it.
    """
    open_for(channel)
    digest = hashlib.sha256(raw).hexdigest()
    now = timezone.now()
    row = Inbound(
        channel=channel,
        source=source[:60],
        digest=digest,
        raw=raw,
        size=len(raw),
        about=dict(about or {}),
        received_at=min(received_at or now, now),
        kept_at=now,
    )
    Inbound.objects.bulk_create([row], ignore_conflicts=True)
    kept = Inbound.objects.defer("raw").get(source=row.source, digest=digest)
    return kept, kept.public_id == row.public_id


def open_for(channel: str) -> Mapping[str, Any]:
    """The configuration of a channel that takes things in now; refused otherwise."""
    if channel not in CHANNELS:
        raise RuleBroken(
            "unknown-channel",
            _("There is no channel “%(channel)s”.") % {"channel": channel},
            field="channel",
            kind="invalid",
        )
    try:
        config = resolve(CHANNELS[channel].key).config
    except CapabilityOff as off:
        raise RuleBroken("channel-off", str(off), field="channel") from off
    if not config["receives"]:
        raise RuleBroken(
            "channel-takes-nothing-in",
            _("The channel %(channel)s takes nothing in.") % {"channel": channel},
            field="channel",
        )
    return config


def forget_raw(now: datetime) -> int:
    """Empty the bytes of what was filed or discarded long ago; says how many were emptied.

    Whose words they were is in the message, and goes with it; here only the digest stays.
    """
    state = Inbound.State
    undecided = Inbound.objects.filter(state=state.HELD, received_at__lt=now - _KEPT_RAW)
    # Nobody let it in for so long: nobody will, and strangers are not kept.
    late = list(undecided.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    Inbound.objects.filter(pk__in=late, state=state.HELD).update(state=state.DISCARDED)
    old = Inbound.objects.filter(
        state__in=[state.FILED, state.DISCARDED], received_at__lt=now - _KEPT_RAW
    ).exclude(raw=b"")
    chosen = list(old.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    return Inbound.objects.filter(pk__in=chosen).update(
        raw=b"", sender="", sender_name="", subject="", conversation=""
    )
