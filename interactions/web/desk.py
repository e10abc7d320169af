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
from crm.web.page import etagged, redirect_to, render_page
from crm.web.undo import say, say_with_undo
from interactions.models import Interaction
from interactions.processes.update_interaction import assign as assign_to
from interactions.processes.update_interaction import take as take_over
from interactions.web import queue, today, wording
from interactions.web.forms import AssignForm, LogForm
from interactions.web.people import shown_name


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
    """Polled: the counts as they are, and how many came in since the page was drawn."""
    actor = signed_in(request)
    require(actor, "interactions.view_interaction")
    asked = queue.wish(request.GET)
    since = _since(request)
    return etagged(
        request,
        render_page(
            request,
            "interactions/news.html",
            {
                "asked": asked,
                "tabs": _tabs(asked, actor),
                "new": queue.came_in(asked, actor, since, timezone.now()),
            },
            fragment="interactions/_tabs.html",
        ),
    )


@login_required
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Take the most urgent one nobody has, and open it."""
    actor = signed_in(request)
    wanted = queue.next_for(actor)
    if wanted is None:
        say(request, _("Nothing waits for an owner."), tone="info")
        return redirect_to(request, reverse("interactions:desk"))
    taken = take_over(interaction_id=wanted.pk, actor=actor)
    say_with_undo(
        request,
        _("%(reference)s is yours.") % {"reference": taken.reference},
        undo_url=reverse("interactions:give_back", args=[taken.pk]),
    )
    return redirect_to(request, reverse("interactions:page", args=[taken.public_id]))


@login_required
@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Hand the selected rows to a colleague, each as its own step of its own history."""
    actor = signed_in(request)
    chosen = [int(pk) for pk in request.POST.getlist("pick") if pk.isdecimal()][: queue.PAGE]
    form = AssignForm(request.POST)
    back = f"{reverse('interactions:desk')}?{request.POST.get('back', '')[:300]}"
    if not chosen or not form.is_valid():
        say(request, _("Select rows first, then choose who gets them."), tone="info")
        return redirect_to(request, back)
    owner = form.cleaned_data["owner"]
    for pk in chosen:
        assign_to(interaction_id=pk, owner_id=int(owner) if owner else None, actor=actor)
    said = _("%(n)d handed over.") % {"n": len(chosen)}
    if len(chosen) == 1 and owner:
        undo = reverse("interactions:give_back", args=[chosen[0]])
        say_with_undo(request, said, undo_url=undo)
    else:
        say(request, said)
    return redirect_to(request, back)


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
    people = [row.interaction.customer_id for row in rows if row.interaction.customer_id]
    record_access(actor=actor, action="view", subject="customer", ids=people, purpose="service")
    return {
        "asked": asked,
        "tabs": _tabs(asked, actor),
        "rows": rows,
        "older": older,
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
        "assign_form": AssignForm(),
        "may_assign": actor.has_perm("interactions.assign_interaction"),
        "most_urgent": queue.next_for(actor) if not rows and not asked.filtered else None,
    }


def _tabs(asked: queue.Wish, actor: Actor) -> list[dict[str, Any]]:
    counted = queue.counts(actor)
    return [
        {
            "url": f"{reverse('interactions:desk')}?tab={tab}",
            "label": str(label),
            "count": counted[tab],
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
        "waiting_heads": [
            {"label": _("Customer"), "class": "w-cust"},
            {"label": _("What we asked")},
            {"label": _("Answer by"), "class": "w-due"},
            {"label": _("If silent"), "class": "w-cust"},
        ],
        "pressure": today.pressure(actor, now),
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
