"""Whether what carries a channel answers: one failure makes the whole channel wait, not a message.

The wait doubles up to five minutes, so that an outage of any length costs one call per wait and
everything goes out within minutes of its end.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from interactions.models import CarrierState

_FIRST: Final = timedelta(seconds=15)
_LONGEST: Final = timedelta(minutes=5)
_FRESH: Final = timedelta(minutes=1)


def away(now: datetime) -> list[str]:
    """The channels nothing is handed over to before a later moment."""
    waiting = CarrierState.objects.filter(away_until__gt=now)
    return list(waiting.values_list("channel", flat=True))


@transaction.atomic
def failed(channel: str, said: str) -> None:
    """The carrier could not be reached, or wants nothing from us at all."""
    state, _made = CarrierState.objects.get_or_create(channel=channel)
    state = CarrierState.objects.select_for_update().get(pk=state.pk)
    now = timezone.now()
    state.away_until = now + min(_FIRST * 2 ** min(state.failures, 10), _LONGEST)
    state.failures += 1
    state.failing_since = state.failing_since or now
    state.last_error = said[:300]
    state.save()


def answered(channel: str, *, sent: bool) -> None:
    """The carrier is there; written down when that is news, or a minute old."""
    now = timezone.now()
    state, _made = CarrierState.objects.get_or_create(channel=channel)
    stale = state.sent_at is None or state.sent_at < now - _FRESH
    if state.failing_since is None and not (sent and stale):
        return
    CarrierState.objects.filter(pk=channel).update(
        away_until=None,
        failures=0,
        failing_since=None,
        last_error="",
        **({"sent_at": now} if sent else {}),
    )
