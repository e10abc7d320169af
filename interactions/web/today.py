"""Today in figures: what one person did and kept, and how much presses on the team."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import sql
from crm.access import Actor
from crm.web import charts, times
from customers.insight.models import Fact
from interactions.models import Commitment, Interaction, InteractionEvent, ResponseRequest, SlaClock

_DAY_BEGINS, _HOURS = 8, 8
_PRESSURE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the day, with its base beside it."""

    label: str
    value: str
    sub: str = ""
    tone: str = ""
    url: str = ""


def figures(actor: Actor, now: datetime, *, desk: str) -> list[Figure]:
    """The six figures of the day, for the work of one person."""
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    handled = (
        InteractionEvent.objects.filter(actor_id=actor.pk, type="completed", occurred_at__gte=start)
        .values("interaction")
        .distinct()
        .count()
    )
    replied = _clocks(actor, start, now)
    kept = _promises(actor, start)
    learnt = Fact.objects.filter(
        recorded_by=actor.name, recorded_at__gte=start, interaction__isnull=False
    )
    facts = learnt.aggregate(n=Count("pk"), decided=Count("pk", filter=Q(decided_at__isnull=False)))
    due = Interaction.objects.visible_to(actor).open().filter(owner_id=actor.pk)
    soon = due.filter(due_next_at__gte=now, due_next_at__lt=now + timedelta(hours=1)).count()
    share = replied["met"] / replied["n"] if replied["n"] else None
    return [
        Figure(_("Handled today"), times.number(handled)),
        Figure(
            _("Replied in time"),
            times.percent(share),
            _of(replied["met"], replied["n"]) if replied["n"] else "",
        ),
        Figure(_("Promises kept"), _of(kept["kept"], kept["n"])),
        Figure(
            _("Told before a miss"),
            _of(replied["told"], replied["missed"]),
            tone="warn" if replied["told"] < replied["missed"] else "",
        ),
        Figure(_("Facts decided"), _of(facts["decided"], facts["n"])),
        Figure(_("Due in the next hour"), times.number(soon), url=f"{desk}?need=hour"),
    ]


def _of(part: int, whole: int) -> str:
    if not whole:
        return "–"
    return _("%(part)s of %(whole)s") % {"part": times.number(part), "whole": times.number(whole)}


def _clocks(actor: Actor, start: datetime, now: datetime) -> dict[str, Any]:
    """Replies of the day and whether they were in time; misses of the day and who was told."""
    mine = SlaClock.objects.filter(interaction__owner_id=actor.pk, cancelled_at=None)
    replies = Q(target__in=["first_response", "next_response"], stopped_at__gte=start)
    missed = Q(due_at__gte=start, due_at__lt=now) & (
        Q(stopped_at=None) | Q(stopped_at__gt=F("due_at"))
    )
    told = Q(
        pk__in=Commitment.objects.filter(
            number__gt=1, notice__sent_at__lt=F("clock__due_at"), clock__due_at__gte=start
        ).values("clock")
    )
    return mine.filter(replies | missed).aggregate(
        n=Count("pk", filter=replies),
        met=Count("pk", filter=replies & Q(stopped_at__lte=F("due_at"))),
        missed=Count("pk", filter=missed),
        told=Count("pk", filter=missed & told),
    )


def _promises(actor: Actor, start: datetime) -> dict[str, Any]:
    """New promises of one's own work that were decided today."""
    decided = Commitment.objects.filter(
        clock__interaction__owner_id=actor.pk,
        outcome__in=[Commitment.Outcome.KEPT, Commitment.Outcome.MISSED],
        clock__stopped_at__gte=start,
    )
    return decided.aggregate(
        n=Count("pk"), kept=Count("pk", filter=Q(outcome=Commitment.Outcome.KEPT))
    )


def awaiting(actor: Actor, tab: str, limit: int = 5) -> tuple[list[ResponseRequest], int]:
    """Questions customers have not answered yet, the next to run out first."""
    seen = Interaction.objects.visible_to(actor).open()
    if tab == "mine":
        seen = seen.filter(owner_id=actor.pk)
    asked = ResponseRequest.objects.filter(
        state=ResponseRequest.State.ASKED, interaction__in=seen
    ).select_related("interaction__customer")
    shown = list(asked.order_by("due_at")[:limit])
    # A short list is its own count.
    return shown, asked.count() if len(shown) == limit else len(shown)


@dataclass(frozen=True, slots=True)
class Pressure:
    """How much is open, and whether it grows."""

    open: int
    soon: int
    chart: charts.BarChart | None
    sentence: str


def pressure(actor: Actor, now: datetime) -> Pressure:
    """Open work of one's teams hour by hour; without a team, of everybody."""
    teams = sorted(actor.teams) or None
    key = f"desk-pressure:{teams}:{actor.language}:{actor.time_zone}"
    kept: Pressure | None = cache.get(key)
    if kept is None:
        kept = _pressure(teams, now)
        cache.set(key, kept, _PRESSURE_SECONDS)
    return kept


def _pressure(teams: list[int] | None, now: datetime) -> Pressure:
    local = timezone.localtime(now)
    begin = local.replace(minute=0, second=0, microsecond=0)
    opening = begin.replace(hour=_DAY_BEGINS)
    earliest = begin - timedelta(hours=_HOURS - 1)
    begin = max(earliest, opening) if local.hour > _DAY_BEGINS else earliest
    hours = [begin + timedelta(hours=i) for i in range(_HOURS) if begin + timedelta(hours=i) < now]
    counted = sql.rows(
        "interactions/desk_pressure.sql",
        {"teams": teams, "since": hours[0], "hours": [*hours, now]},
    )
    open_at = [int(row["open"]) for row in counted]
    names = [timezone.localtime(row["at"]).strftime("%H") for row in counted[:-1]] + [_("now")]
    seen = Interaction.objects.filter(removed_at=None).open()
    if teams:
        seen = seen.filter(team__in=teams)
    soon = seen.filter(due_next_at__gte=now, due_next_at__lt=now + timedelta(hours=1)).count()
    change = open_at[-1] - open_at[0]
    return Pressure(
        open=open_at[-1],
        soon=soon,
        chart=charts.bar_chart(
            list(zip(names, [float(n) for n in open_at], strict=True)),
            sentence=_("Open work per hour today, %(n)s now") % {"n": times.number(open_at[-1])},
            heads=(_("Hour"), _("Open")),
            label=lambda value: times.number(value, 0),
            tones=["q"] * (len(names) - 1) + [""],
            values=False,
            width=280,
            height=58,
        ),
        sentence=_("%(change)s since %(hour)s:00.")
        % {"change": times.signed(change, 0), "hour": names[0]}
        if len(names) > 1
        else "",
    )
