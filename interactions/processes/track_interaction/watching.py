"""Whether the duty before the deadline is being done: what lags, and by how much."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from crm.access import Actor, require
from crm.events.models import Delivery, Heartbeat
from interactions.models import ArmedClock, Communication, Message
from interactions.processes.notify_customer.staff import leads

_COUNTED_TO = 1000


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing watched: how many are late, since when the oldest, and whether that is well."""

    key: str
    late: int
    since: datetime | None
    well: bool


def watch_duty(*, now: datetime, actor: Actor) -> list[Sign]:
    """Every sign, whatever lies in the tables: each is asked of an index of what is due."""
    require(actor, "interactions.report_interaction")
    return [*(_sign(key, now) for key in _SIGNS), _heartbeat(now), _somebody_leads()]


def _clocks(now: datetime) -> tuple[QuerySet[Any], str]:
    return ArmedClock.objects.filter(next_fire_at__lte=now), "next_fire_at"


def _deliveries(now: datetime) -> tuple[QuerySet[Any], str]:
    waiting = Delivery.objects.filter(done_at=None, dead_at=None)
    return waiting.filter(next_try_at__lte=now), "next_try_at"


def _dead(now: datetime) -> tuple[QuerySet[Any], str]:
    return Delivery.objects.filter(dead_at__isnull=False), "dead_at"


def _messages(now: datetime) -> tuple[QuerySet[Any], str]:
    return Message.objects.filter(state="queued", available_at__lte=now), "available_at"


def _planned(now: datetime) -> tuple[QuerySet[Any], str]:
    return Communication.objects.due(now), "send_at"


_Asked = Callable[[datetime], tuple[QuerySet[Any], str]]
# How long the oldest may wait before somebody should look; dead ones are looked at, at once.
_SIGNS: dict[str, tuple[_Asked, timedelta]] = {
    "clocks": (_clocks, timedelta(seconds=60)),
    "outbox": (_deliveries, timedelta(minutes=2)),
    "messages": (_messages, timedelta(minutes=5)),
    "planned": (_planned, timedelta(minutes=5)),
    "dead": (_dead, timedelta()),
}
_SILENT = timedelta(minutes=3)


def _sign(key: str, now: datetime) -> Sign:
    asked, patience = _SIGNS[key]
    late, when = asked(now)
    since = late.order_by(when).values_list(when, flat=True).first()
    number = late.order_by()[:_COUNTED_TO].count() if since else 0
    return Sign(key, number, since, well=since is None or now - since < patience)


def _somebody_leads() -> Sign:
    """What is said to leads goes to administrators while nobody leads."""
    well = leads().exists()
    return Sign("leads", 0 if well else 1, None, well)


def _heartbeat(now: datetime) -> Sign:
    beaten = Heartbeat.objects.filter(name="beat").values_list("beaten_at", flat=True).first()
    well = beaten is not None and now - beaten < _SILENT
    return Sign("beat", 0 if well else 1, beaten, well)
