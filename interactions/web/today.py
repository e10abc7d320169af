"""Today in figures: what one person did and kept, and how much presses on the team."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import sql
from crm.access import Actor
from crm.web import charts, times
from interactions.models import Interaction, ResponseRequest

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
    day = sql.often(
        "interactions/desk_figures.sql",
        {
            "me": actor.pk,
            "name": actor.name,
            "start": start,
            "now": now,
            "soon": now + timedelta(hours=1),
        },
    )[0]
    replied, missed = day["replied"], day["missed"]
    return [
        Figure(_("Handled today"), times.number(day["handled"])),
        Figure(
            _("Replied in time"),
            times.percent(day["in_time"] / replied if replied else None),
            _of(day["in_time"], replied) if replied else "",
        ),
        Figure(_("Promises kept"), _of(day["kept"], day["decided"])),
        Figure(
            _("Told before a miss"),
            _of(day["told"], missed),
            tone="warn" if day["told"] < missed else "",
        ),
        Figure(_("Facts decided"), _of(day["decided_facts"], day["learnt"])),
        Figure(_("Due in the next hour"), times.number(day["soon"]), url=f"{desk}?need=hour"),
    ]


def _of(part: int, whole: int) -> str:
    if not whole:
        return "–"
    return _("%(part)s of %(whole)s") % {"part": times.number(part), "whole": times.number(whole)}


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
