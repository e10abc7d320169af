"""My desk: what is due next, whose it is, and how the day goes."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.web import times
from crm.web.page import etagged, redirect_to, render_page
from crm.web.undo import say, say_with_undo
from interactions.models import Interaction
from interactions.processes.manage_interaction import take_next as take_the_next
from interactions.processes.update_interaction import assign as assign_to
from interactions.web import (
    availability,
    batches,
    doubtful,
    drawn,
    follow_ups,
    keeping_time,
    kept_filters,
    queue,
    today,
    wording,
)
from interactions.web.forms import KeptFilterForm, LogForm
from interactions.web.people import shown_name
from readiness.registry import guidance

_SAID_ONE_BY_ONE = 3


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The desk, or its queue when a tab, a filter or a page asks for it."""
    actor = signed_in(request)
    require(actor, "interactions.view_interaction")
    now = timezone.now()
    context = _queue(request, actor, now)
    if request.headers.get("HX-Target") != "queue":
        context |= _around(actor, context["asked"].tab, now)
    return render_page(
        request,
        "interactions/desk.html",
        context,
        fragment={"queue": "interactions/_queue.html"},
    )


@login_required
@require_GET
def news(request: HttpRequest) -> HttpResponse:
    """Polled: the counts as they are, how many came in since, and the rows that changed."""
    actor = signed_in(request)
    require(actor, "interactions.view_interaction")
    asked, now = queue.wish(request.GET), timezone.now()
    shown = queue.shown_rows(request.GET)
    rows, lost = queue.changed(shown, asked, actor, now)
    may_assign = actor.has_perm("interactions.assign_interaction")
    context = {
        "asked": asked,
        "tabs": _tabs(asked, actor, now),
        "new": queue.came_in(asked, actor, _since(request), now),
        "rows": rows,
        "lines": drawn.lines(rows, may_assign=may_assign, changed=True),
        "lost": lost,
        "said": _said([row for row in rows if queue.means_other(row, shown)]),
    }
    page, fragment = "interactions/news.html", "interactions/_news.html"
    return etagged(request, render_page(request, page, context, fragment=fragment))


def _said(rows: list[queue.Row]) -> str:
    """What a screen reader says of rows that changed: short, or only how many."""
    if len(rows) > _SAID_ONE_BY_ONE:
        return _("%(n)d rows of the queue changed.") % {"n": len(rows)}
    return " ".join(
        _("%(reference)s: %(state)s.")
        % {
            "reference": row.interaction.reference,
            "state": _("left this list") if row.gone else row.state,
        }
        for row in rows
    )


@login_required
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Take the most urgent one that fits me, and open it."""
    actor = signed_in(request)
    taken = take_the_next(actor=actor)
    if taken is None:
        say(request, _("Nothing that fits you waits for an owner."), tone="info")
        return redirect_to(request, reverse("interactions:desk"))
    said = _("%(reference)s is yours.") % {"reference": taken.reference}
    if taken.return_at is not None:
        said = _("%(reference)s is yours. Unanswered, it goes back %(at)s.") % {
            "reference": taken.reference,
            "at": times.instant(taken.return_at),
        }
    undo = reverse("interactions:give_back", args=[taken.pk])
    say_with_undo(request, said, undo_url=undo)
    return redirect_to(request, reverse("interactions:page", args=[taken.public_id]))


@login_required
@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo of taking or handing over: whoever had it before has it again."""
    actor = signed_in(request)
    one = Interaction.objects.visible_to(actor).get(pk=pk)
    last = one.events.filter(type="assigned").order_by("-seq").first()
    before = last.data.get("old") if last else None
    assign_to(interaction_id=pk, owner_id=before, actor=actor)
    say(request, _("%(reference)s is back where it was.") % {"reference": one.reference})
    return redirect_to(request, reverse("interactions:desk"))


def _queue(request: HttpRequest, actor: Actor, now: datetime) -> dict[str, Any]:
    asked = queue.wish(request.GET)
    rows, older = queue.page(asked, actor, now)
    tabs = _tabs(asked, actor, now)
    people = [row.interaction.customer_id for row in rows if row.interaction.customer_id]
    may_assign = actor.has_perm("interactions.assign_interaction")
    record_access(
        actor=actor,
        action="search" if asked.words else "view",
        subject="customer",
        ids=people,
        purpose="service",
        detail=asked.words,
    )
    return {
        "asked": asked,
        "tabs": tabs,
        "unowned": tabs[1]["count"],
        "kept": kept_filters.shown(request, actor, now),
        "keep_form": KeptFilterForm(initial={"query": asked.query}),
        "rows": rows,
        "lines": drawn.lines(rows, may_assign=may_assign),
        "older": older,
        "newest_first": queue.searched(asked, actor),
        "since": now.astimezone(UTC).isoformat(timespec="seconds"),
        "channels": [(key, str(name)) for key, (name, _icon) in wording.CHANNELS.items()],
        "verticals": list(wording.VERTICALS.items()),
        "needs": list(queue.NEEDS.items()),
        "heads": [
            {"label": _("Due next"), "class": "w-due"},
            {"label": _("Customer"), "class": "w-cust"},
            {"label": _("Subject")},
            {"label": _("State"), "class": "w-state"},
        ],
        "hours": queue.hours_sentence(),
        "batch_bar": batches.bar() if may_assign and rows else "",
        "may_assign": may_assign,
        "most_urgent": queue.next_for(actor) if not rows and not asked.filtered else None,
    }


def _tabs(asked: queue.Wish, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    counted = queue.counts(actor, now)
    return [
        {
            "url": f"{reverse('interactions:desk')}?tab={tab}",
            "label": str(label),
            "count": counted[tab],
            "id": tab,
            "on": tab == asked.tab,
        }
        for tab, label in queue.TABS.items()
    ]


def _around(actor: Actor, tab: str, now: datetime) -> dict[str, Any]:
    waiting, waiting_n = today.awaiting(actor, tab)
    return {
        "now": now,
        "figures": today.figures(actor, now, desk=reverse("interactions:desk")),
        "waiting": [(one, shown_name(one.interaction.customer, actor)) for one in waiting],
        "waiting_n": waiting_n,
        "doubtful": doubtful.lines(actor, now),
        "waiting_heads": [
            {"label": _("Customer"), "class": "w-cust"},
            {"label": _("What we asked")},
            {"label": _("Answer by"), "class": "w-due"},
            {"label": _("If silent"), "class": "w-cust"},
        ],
        "follow_ups": follow_ups.of_mine(actor, now),
        "to_read": guidance.unread(actor),
        "here": availability.of(actor),
        "pressure": today.pressure(actor, now),
        "signs": keeping_time.signs(actor, now),
        "form": LogForm(),
        "may_log": actor.has_perm("interactions.log_interaction"),
        "may_work": actor.has_perm("interactions.update_interaction"),
        "may_report": actor.has_perm("interactions.report_interaction"),
    }


def _since(request: HttpRequest) -> datetime:
    try:
        given = parse_datetime(request.GET.get("since", ""))
    except ValueError:
        given = None
    return given if given and not timezone.is_naive(given) else timezone.now()
