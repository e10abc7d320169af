"""On the customer page: every contact on one line of time, and what was promised and is open."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.web import times
from crm.web.page import render_panel
from customers.models import Customer
from interactions.models import Interaction
from interactions.web import queue, wording
from interactions.web.next_step import next_step

PAGE = 20
# However long somebody has been with us, no more of their contacts than this are counted.
_COUNTED = 1_001
_MATTERS = 3
_DUE_ICONS = {
    "ok": "clock",
    "soon": "hourglass-low",
    "risk": "alert-triangle",
    "over": "alert-octagon",
    "paused": "player-pause",
    "met": "circle-check",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One contact, or the heading of a day."""

    day: str
    at: str = ""
    one: Interaction | None = None
    icon: str = ""
    tone: str = ""
    sub: str = ""


@login_required
@require_GET
def timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """Contacts of every channel, newest first."""
    actor = signed_in(request)
    customer = _customer(actor, pk)
    mine = Interaction.objects.visible_to(actor).filter(customer=customer)
    chosen = request.GET.get("show", "")
    found = _shown(mine, chosen)
    cursor = request.GET.get("after", "")
    some = list(_after(found, cursor).order_by("-opened_at", "-pk")[: PAGE + 1])
    record_access(
        actor=actor, action="view", subject="customer", ids=[pk], purpose="service",
        detail="timeline",
    )  # fmt: skip
    shown = some[:PAGE]
    context = {
        "customer": customer,
        "entries": list(_entries(shown)),
        "chips": _chips(mine, chosen),
        "show": chosen,
        "older": _cursor(shown[-1]) if len(some) > PAGE else "",
        "filtered": bool(chosen),
        "may_log": actor.has_perm("interactions.log_interaction"),
    }
    return render_panel(request, "interactions/_timeline.html", context, title=_("Timeline"))


@login_required
@require_GET
def matters(request: HttpRequest, pk: int) -> HttpResponse:
    """What matters now: what was promised to this customer and is open, soonest first."""
    actor = signed_in(request)
    customer = _customer(actor, pk)
    now = timezone.now()
    mine = Interaction.objects.visible_to(actor).open().filter(customer=customer)
    some = list(
        mine.select_related("owner", "customer", "customer__party")
        .prefetch_related("clocks")
        .order_by("due_next_at", "pk")[:_MATTERS]
    )
    rows = queue.rows_of(some, actor, now)
    context: dict[str, Any] = {"customer": customer, "band": True}
    if rows:
        context |= {
            "rows": rows,
            "first": rows[0],
            "others": rows[1:],
            "open_n": mine[:_COUNTED].count(),
            "due_icon": _DUE_ICONS.get(rows[0].due.state if rows[0].due else "", "clock"),
            "step": next_step(rows[0]),
        }
    title = _("Open promise")
    return render_panel(request, "interactions/_matters.html", context, title=title)


def _customer(actor: Actor, pk: int) -> Customer:
    require(actor, "interactions.view_interaction")
    return Customer.objects.visible_to(actor).get(pk=pk)


def _shown(mine: Any, chosen: str) -> Any:
    if chosen == "open":
        return mine.open()
    return mine.filter(channel=chosen) if chosen in wording.CHANNELS else mine


def _chips(mine: Any, chosen: str) -> list[dict[str, Any]]:
    """Everything, what is open, and each channel that occurs among the newest, with how many."""
    newest = mine.order_by("-opened_at", "-pk").values_list("channel", flat=True)[:_COUNTED]
    channels = Counter(newest)
    open_n = mine.open()[:_COUNTED].count()
    chips = [("", _("Everything"), channels.total()), ("open", _("Open"), open_n)]
    chips += [
        (channel, wording.channel(channel), n)
        for channel, n in sorted(channels.items(), key=lambda one: (-one[1], one[0]))
    ]
    return [
        {"show": show, "label": label, "n": n, "on": show == chosen} for show, label, n in chips
    ]


def _entries(shown: list[Interaction]) -> Iterator[Entry]:
    last: date | None = None
    for one in shown:
        opened = timezone.localtime(one.opened_at)
        if opened.date() != last:
            last = opened.date()
            yield Entry(day=_day(opened))
        yield Entry(
            day="",
            at=date_format(opened, "H:i"),
            one=one,
            icon=wording.channel_icon(one.channel),
            tone=_tone(one),
            sub=_sub(one),
        )


def _day(moment: datetime) -> str:
    today = timezone.localtime(timezone.now())
    named = date_format(moment, "D j F" if moment.year == today.year else "D j F Y")
    return _("Today, %(day)s") % {"day": named} if moment.date() == today.date() else named


def _tone(one: Interaction) -> str:
    if one.status in Interaction.ENDED:
        return ""
    if one.due_next_at and one.due_next_at < timezone.now():
        return "bad"
    return "hold" if one.status == Interaction.Status.WAITING_CUSTOMER else "in"


def _sub(one: Interaction) -> str:
    parts = [wording.channel(one.channel), str(one.get_status_display())]
    if one.outcome:
        parts[-1] = wording.outcome(one.outcome)
    elif one.due_next_at and one.status not in Interaction.ENDED:
        parts.append(
            _("%(what)s due %(time)s")
            % {
                "what": wording.target(one.due_next_target),
                "time": times.instant(one.due_next_at),
            }
        )
    return " · ".join(parts)


def _cursor(one: Interaction) -> str:
    return f"{one.opened_at.isoformat()}~{one.pk}"


def _after(found: Any, cursor: str) -> Any:
    at, _tilde, pk = cursor.partition("~")
    try:
        moment = parse_datetime(at)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment) or not pk.isdecimal():
        return found
    return found.filter(Q(opened_at__lt=moment) | Q(opened_at=moment, pk__lt=int(pk)))
