"""The queue: whose work, sorted by what is due next, one page at a time."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import sql
from crm.access import Actor
from crm.counting import counted
from crm.errors import RuleBroken
from crm.web import times
from customers import masking
from customers.attributes import typed
from interactions.governed import SLA_CALENDAR
from interactions.models import Interaction, InteractionEvent, OwnField, SlaClock, Tag
from interactions.models.interaction import InteractionQuerySet
from interactions.reads import tag_names
from interactions.web import clocks, wording
from interactions.web.people import care_note, shown_name
from interactions.web.words_in import said_in
from readiness.registry.resolve import CapabilityOff, resolve

PAGE = 25
TABS: Mapping[str, object] = {
    "mine": gettext_lazy("Mine"),
    "unassigned": gettext_lazy("Unassigned"),
    "team": gettext_lazy("Team"),
    "all": gettext_lazy("All"),
    "risk": gettext_lazy("At risk"),
    "waiting": gettext_lazy("Awaiting customer"),
}
CAP = 1000
NEEDS: Mapping[str, object] = {
    "late": gettext_lazy("Late"),
    "hour": gettext_lazy("Due in the next hour"),
    "untold": gettext_lazy("Missed and customer not told"),
    "risk": gettext_lazy("At risk, no new time proposed"),
    "waiting": gettext_lazy("Waiting for the customer"),
    "stuck": gettext_lazy("Paused over 3 days"),
    "escalated": gettext_lazy("Escalated"),
    "snoozed": gettext_lazy("Snoozed"),
    "done": gettext_lazy("Completed, not closed"),
    "ever": gettext_lazy("Everything, also what has ended"),
}
# What a line reads and no more: of 80 columns it shows 15, and each is read for each row.
_OF_A_ROW = (
    *("public_id", "subject", "status", "channel", "verticals", "tags"),
    *("due_next_at", "escalation", "snoozed_until"),
    *("customer__name", "customer__number", "customer__type", "customer__care_note"),
    *("owner__first_name", "owner__last_name", "owner__username"),
)
_STATUS = dict(Interaction.Status.choices)
_LAST = "-"
_NEAR = 200
_MEANING = 8
# A tag, or an own field with its value.
_TAG = 80
LOST = "lost"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to see, as the address says it."""

    tab: str = "mine"
    channel: str = ""
    vertical: str = ""
    need: str = ""
    words: str = ""
    tag: str = ""
    after: str = ""

    @property
    def filtered(self) -> bool:
        return bool(self.channel or self.vertical or self.need or self.words or self.tag)

    @property
    def query(self) -> str:
        """The address of this view, without its page."""
        said = {
            "tab": self.tab,
            "channel": self.channel,
            "vertical": self.vertical,
            "need": self.need,
            "words": self.words,
            "tag": self.tag,
        }
        return urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue."""

    interaction: Interaction
    name: str
    due: clocks.Due | None
    flag: str
    channel: str
    channel_icon: str
    sub: str
    tag: tuple[str, str, str] | None
    owner: str = ""
    tags: tuple[str, ...] = ()
    gone: bool = False

    @property
    def mark(self) -> str:
        """Tells whether this reads as before: first what it means, then how late it is."""
        one, due = self.interaction, self.due
        means = (
            one.status, one.owner_id, one.subject, self.name, self.flag, self.tag, self.tags,
            self.gone,
        )  # fmt: skip
        late = due.left if due and not due.live else ""
        at = (due.state, due.what, due.due_at) if due else ()
        return f"{_digest((means, at))}{_digest(late)}"

    @property
    def state(self) -> str:
        """What must be known of it first, in words."""
        return self.tag[2] if self.tag else self.status

    @property
    def status(self) -> str:
        """The status in words; `get_status_display` would read every label for each row."""
        return str(_STATUS[self.interaction.status])


def _digest(what: object) -> str:
    return hashlib.blake2b(repr(what).encode(), digest_size=4).hexdigest()


def wish(params: QueryDict) -> Wish:
    """Read the address; what it says wrongly is left out."""
    tab, channel = params.get("tab", ""), params.get("channel", "")
    vertical, need = params.get("vertical", ""), params.get("need", "")
    return Wish(
        tab=tab if tab in TABS else "mine",
        channel=channel if channel in wording.CHANNELS else "",
        vertical=vertical if vertical in wording.VERTICALS else "",
        need=need if need in NEEDS else "",
        words=params.get("words", "").strip()[:80],
        tag=params.get("tag", "").strip()[:_TAG],
        after=params.get("after", "")[:60],
    )


def _whose(actor: Actor, now: datetime) -> Mapping[str, Q]:
    at_risk = SlaClock.objects.filter(jeopardy_at__isnull=False, stopped_at=None)
    return {
        "risk": Q(due_next_at__lt=now) | Q(pk__in=at_risk.values("interaction")),
        "waiting": Q(status=Interaction.Status.WAITING_CUSTOMER),
        "mine": Q(owner_id=actor.pk),
        "unassigned": Q(owner=None),
        "team": Q(team__in=actor.teams),
        "all": Q(),
    }


def counts(actor: Actor, now: datetime) -> dict[str, int]:
    """How many are open in each tab, counted to the cap and no further."""
    seen = _awake(Interaction.objects.visible_to(actor).open(), now)
    whose = _whose(actor, now)
    return counted({tab: seen.filter(whose[tab]) for tab in TABS}, CAP + 1)


def counts_of(wishes: Mapping[int, Wish], actor: Actor, now: datetime) -> dict[int, int]:
    """How many each of the kept filters finds now, to the cap."""
    found = {pk: matching(asked, actor, now) for pk, asked in wishes.items()}
    return counted(found, CAP + 1)


def _awake(found: InteractionQuerySet, now: datetime) -> InteractionQuerySet:
    """What sleeps is out of sight, unless its promise is due within the hour."""
    return found.filter(Q(snoozed_until=None) | Q(due_next_at__lt=now + timedelta(hours=1)))


def mine(actor: Actor) -> int:
    seen = _awake(Interaction.objects.visible_to(actor).open(), timezone.now())
    return seen.filter(owner_id=actor.pk).order_by().values("pk")[: CAP + 1].count()


def matching(asked: Wish, actor: Actor, now: datetime) -> QuerySet[Interaction]:
    """Every open interaction of this view, most urgent first.

    By words the newest few hundred only, for counts that stop there; `page` comes to all of them.
    """
    found = _in_view(asked, actor, now)
    if searched(asked, actor):
        found = found.filter(said_in(asked.words, found))
    # PostgreSQL sorts what has no due time last by itself, and an index serves this order.
    return found.order_by("due_next_at", "pk")


def searched(asked: Wish, actor: Actor) -> bool:
    """Whether this view looks for words: then the newest come first."""
    return bool(asked.words) and masking.sees_people(actor)


def _in_view(asked: Wish, actor: Actor, now: datetime) -> QuerySet[Interaction]:
    seen = Interaction.objects.visible_to(actor)
    found: InteractionQuerySet
    if asked.need == "done":
        found = seen.filter(status=Interaction.Status.COMPLETED)
    elif asked.need == "ever":
        found = seen
    elif asked.need == "snoozed":
        found = seen.open().filter(snoozed_until__isnull=False)
    else:
        found = _awake(seen.open(), now)
    found = found.filter(_whose(actor, now)[asked.tab])
    if asked.channel:
        found = found.filter(channel=asked.channel)
    if asked.vertical:
        found = found.filter(verticals__contains=[asked.vertical])
    if asked.need:
        found = found.filter(_need(asked.need, now))
    return _worn(found, asked.tag, actor) if asked.tag else found


def _worn(found: InteractionQuerySet, name: str, actor: Actor) -> InteractionQuerySet:
    """With the tag, or the own field as in “colour=red”; an unknown word finds nothing.

    Whoever may not read the values of own fields cannot guess them here either.
    """
    if "=" in name:
        clear = masking.sees_people(actor)
        return _saying(found, *name.split("=", 1)) if clear else found.none()
    tag = Tag.objects.meant_by(name)
    return found.tagged(tag) if tag else found.none()


def _saying(found: InteractionQuerySet, key: str, text: str) -> InteractionQuerySet:
    field = OwnField.objects.filter(key=key.strip()).first()
    if field is None:
        return found.none()
    try:
        return found.saying(field.key, typed(field, text.strip()))
    except RuleBroken:
        return found.none()


def _need(need: str, now: datetime) -> Q:
    about = SlaClock.objects.filter(interaction=OuterRef("pk"), stopped_at=None, cancelled_at=None)
    first = about.filter(commitment_no=1)
    return {
        "late": Q(due_next_at__lt=now),
        "hour": Q(due_next_at__gte=now, due_next_at__lt=now + timedelta(hours=1)),
        "untold": Q(Exists(first.filter(due_at__lt=now))),
        "risk": Q(Exists(first.filter(due_at__gte=now, jeopardy_at__isnull=False))),
        "waiting": Q(status=Interaction.Status.WAITING_CUSTOMER),
        "escalated": Q(escalation__gt=0),
        "snoozed": Q(),
        "done": Q(),
        "ever": Q(),
        "stuck": Q(
            Exists(
                InteractionEvent.objects.filter(
                    interaction=OuterRef("pk"),
                    type="pause",
                    occurred_at__lt=now - timedelta(days=3),
                )
            ),
            Exists(about.filter(state=SlaClock.State.PAUSED)),
        ),
    }[need]


def page(asked: Wish, actor: Actor, now: datetime) -> tuple[list[Row], str]:
    """One page of rows and where the next one begins ("" when this is the last)."""
    if searched(asked, actor):
        found = _newest_said(asked, _in_view(asked, actor, now))
    else:
        found = matching(asked, actor, now)
        if asked.after:
            found = found.filter(_beyond(asked.after))
    some = list(_drawn(found)[: PAGE + 1])
    shown = some[:PAGE]
    return rows_of(shown, actor, now), _cursor(shown[-1]) if len(some) > PAGE else ""


def _drawn(found: QuerySet[Interaction]) -> QuerySet[Interaction]:
    return found.select_related("customer", "owner").only(*_OF_A_ROW)


def _newest_said(asked: Wish, among: QuerySet[Interaction]) -> QuerySet[Interaction]:
    """The next page of those in which the words stand, newest first."""
    before = _number(asked.after.partition("~")[2])
    said = said_in(asked.words, among, before=before, limit=PAGE + 1)
    return among.filter(said).order_by("-pk")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0  # noqa: PLR2004  # bigint


def _cursor(last: Interaction) -> str:
    due = last.due_next_at.isoformat() if last.due_next_at else _LAST
    return f"{due}~{last.pk}"


def _beyond(cursor: str) -> Q:
    due, _tilde, pk = cursor.partition("~")
    number = _number(pk)
    if due == _LAST:
        return Q(due_next_at=None, pk__gt=number)
    try:
        at = parse_datetime(due)
    except ValueError:
        at = None
    if at is None or timezone.is_naive(at):
        return Q()
    return Q(due_next_at__gt=at) | Q(due_next_at=at, pk__gt=number) | Q(due_next_at=None)


def rows_of(interactions: list[Interaction], actor: Actor, now: datetime) -> list[Row]:
    """Lines for these interactions, with three queries however many they are."""
    running = clocks.running(interactions)
    promised = clocks.standing_promises([clock for some in running.values() for clock in some])
    waiting = _asked_since(interactions)
    shown = [(one, clocks.due_next(running[one.pk], promised, now)) for one in interactions]
    worn = tag_names(interactions)
    rows = [_row(one, due, waiting.get(one.pk), actor, now) for one, due in shown]
    return [
        replace(row, tags=worn[row.interaction.pk]) if row.interaction.pk in worn else row
        for row in rows
    ]


def _asked_since(interactions: list[Interaction]) -> dict[int, datetime]:
    these = [one.pk for one in interactions]
    rows = sql.often("interactions/asked_since.sql", {"these": these})
    return {row["interaction_id"]: row["asked_at"] for row in rows}


def _row(
    one: Interaction,
    due: clocks.Due | None,
    asked_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> Row:
    flag = care_note(one.customer, actor)
    return Row(
        interaction=one,
        due=due,
        name=shown_name(one.customer, actor),
        flag=flag,
        channel=wording.channel(one.channel),
        channel_icon=wording.channel_icon(one.channel),
        sub=wording.verticals(one.verticals),
        owner=str(one.owner) if one.owner and one.owner_id != actor.pk else "",
        tag=_tag(one, due, asked_at, flag, now),
    )


def _tag(
    one: Interaction, due: clocks.Due | None, asked_at: datetime | None, flag: str, now: datetime
) -> tuple[str, str, str] | None:
    """At most one tag: what somebody must act on first."""
    harm = _harm(one, due)
    if harm is not None:
        return harm
    if due and due.clock and due.clock.commitment_no > 1:
        return ("info", "message-dots", _("New time told"))
    if asked_at:
        return ("hold", "hourglass-low", _("Asked, day %(n)d") % {"n": (now - asked_at).days + 1})
    if one.snoozed_until is not None:
        return ("hold", "clock-pause", _("Wakes %(at)s") % {"at": times.instant(one.snoozed_until)})
    if flag:
        return ("hold", "heart-handshake", _("Handle with care"))
    return None


def _harm(one: Interaction, due: clocks.Due | None) -> tuple[str, str, str] | None:
    if due and due.state == "over" and due.clock and due.clock.commitment_no == 1:
        return ("bad", "message-report", _("Not told"))
    if due and due.state == "risk":
        return ("warn", "alert-triangle", _("%(what)s at risk") % {"what": due.what})
    if one.escalation:
        return ("warn", "flag", _("Escalated"))
    return None


def came_in(asked: Wish, actor: Actor, since: datetime, now: datetime) -> int:
    """How many joined this view since it was drawn: logged, or handed over."""
    handed = InteractionEvent.objects.filter(
        interaction=OuterRef("pk"), type="assigned", recorded_at__gt=since
    ).exclude(actor_id=actor.pk)
    new = matching(asked, actor, now).filter(updated_at__gt=since)
    return new.filter(Q(created_at__gt=since) | Q(Exists(handed))).count()


def shown_rows(params: QueryDict) -> dict[int, str]:
    """Which rows stand on a page that is open, each with its mark."""
    said = (one.partition(".") for one in params.get("shown", "").split(",")[: 2 * PAGE])
    return {_number(pk): mark for pk, _dot, mark in said if _number(pk)}


def changed(
    shown: Mapping[int, str], asked: Wish, actor: Actor, now: datetime
) -> tuple[list[Row], list[int]]:
    """Of the rows shown, those that read otherwise by now, and which may not be seen any more.

    They come in the order of the screen, as they are read out. A row that left the view stays
    where it is and says so: nothing moves under somebody's hand.
    """
    if not shown:
        return [], []
    seen = Interaction.objects.visible_to(actor).filter(pk__in=shown)
    places = {pk: place for place, pk in enumerate(shown)}
    rows = rows_of(sorted(_drawn(seen), key=lambda one: places[one.pk]), actor, now)
    here = set(_in_view(asked, actor, now).filter(pk__in=shown).values_list("pk", flat=True))
    told = [replace(row, gone=row.interaction.pk not in here) for row in rows]
    lost = shown.keys() - {row.interaction.pk for row in rows}
    return (
        [row for row in told if row.mark != shown[row.interaction.pk]],
        sorted(pk for pk in lost if shown[pk] != LOST),
    )


def means_other(row: Row, shown: Mapping[int, str]) -> bool:
    """Whether more changed than how late it is."""
    return row.mark[:_MEANING] != shown[row.interaction.pk][:_MEANING]


def next_for(actor: Actor) -> Interaction | None:
    """The most urgent without an owner, of one's teams first."""
    seen = Interaction.objects.visible_to(actor).open().filter(owner=None, snoozed_until=None)
    urgent = seen.order_by("due_next_at", "pk")
    return urgent.filter(team__in=actor.teams).first() or urgent.first()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a matter stands in one's own queue, and what is before and after it."""

    before: Interaction | None = None
    after: Interaction | None = None
    number: int = 0
    of: int = 0


def place_of(one: Interaction, actor: Actor, now: datetime) -> Place:
    """The place of a matter among the first two hundred of one's own queue."""
    if one.owner_id != actor.pk:
        return Place()
    queue = _awake(Interaction.objects.visible_to(actor).open(), now).filter(owner_id=actor.pk)
    queue = queue.only("pk", "public_id", "due_next_at")
    ordered = list(queue.order_by("due_next_at", "pk")[:_NEAR])
    at = next((i for i, other in enumerate(ordered) if other.pk == one.pk), None)
    if at is None:
        return Place()
    return Place(
        before=ordered[at - 1] if at else None,
        after=ordered[at + 1] if at + 1 < len(ordered) else None,
        number=at + 1,
        of=len(ordered),
    )


def hours_sentence() -> str:
    """Which hours the left time counts, read from the calendar that serves now."""
    try:
        config = resolve(SLA_CALENDAR.key).config["calendars"].get("desk")
    except CapabilityOff:
        return ""
    if not config or not config.get("weekly"):
        return ""
    runs: list[tuple[int, int, str]] = []
    for day, spans in sorted((int(day), spans) for day, spans in config["weekly"].items()):
        hours = ", ".join(f"{opens}–{closes}" for opens, closes in spans)
        if runs and runs[-1][1:] == (day - 1, hours):
            runs[-1] = (runs[-1][0], day, hours)
        elif hours:
            runs.append((day, day, hours))
    return ", ".join(f"{_days(first, last)} {hours}" for first, last, hours in runs)


def _days(first: int, last: int) -> str:
    names = [str(WEEKDAYS_ABBR[day - 1]) for day in (first, last)]
    return names[0] if first == last else "–".join(names)
