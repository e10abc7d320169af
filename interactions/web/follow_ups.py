"""Follow-ups on the desk: what I mean to do today, and what wakes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access import Actor, signed_in
from crm.web import times
from crm.web.page import redirect_to
from crm.web.undo import say, say_with_undo
from interactions.models import Call, FollowUp, Interaction
from interactions.processes.manage_interaction import settle_follow_up
from interactions.processes.receive_message import to_wrap_up

ICONS: Final = {"call": "phone-outgoing", "check": "checklist", "ask": "mood-smile"}
_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to come: what, about which matter, and when."""

    pk: int
    icon: str
    title: str
    sub: str
    side: str
    late: bool
    interaction: Interaction


@dataclass(frozen=True, slots=True)
class Later:
    """What is to come today, and how much of it there is."""

    lines: list[Line]
    today: int
    # Calls that ended and wait for how they did.
    calls: list[Call]


def of_mine(actor: Actor, now: datetime) -> Later:
    """My follow-ups until tonight, the late ones first, and what of mine wakes until then."""
    night = timezone.localtime(now).replace(hour=0, minute=0, second=0) + timedelta(days=1)
    seen = Interaction.objects.visible_to(actor)
    plans = FollowUp.objects.filter(
        owner=actor.pk, state=FollowUp.State.OPEN, due_at__lt=night, interaction__in=seen
    ).select_related("interaction")
    waking = seen.open().filter(owner=actor.pk, snoozed_until__lt=night)
    lines = [(plan.due_at, _plan(plan, now)) for plan in plans.order_by("due_at")[:_SHOWN]]
    lines += [
        (one.snoozed_until or now, _wakes(one)) for one in waking.order_by("snoozed_until")[:_SHOWN]
    ]
    ordered = [line for _at, line in sorted(lines, key=lambda pair: pair[0])]
    # Counting takes two more questions: only where not everything is shown.
    whole = len(lines) if len(lines) < _SHOWN else plans.count() + waking.count()
    return Later(ordered[:_SHOWN], whole, to_wrap_up(actor.pk) if actor.pk else [])


def _plan(plan: FollowUp, now: datetime) -> Line:
    return Line(
        pk=plan.pk,
        icon=ICONS.get(plan.kind, "flag"),
        title=plan.note,
        sub=str(plan.get_kind_display()),
        side=times.instant(plan.due_at),
        late=plan.due_at < now,
        interaction=plan.interaction,
    )


def _wakes(one: Interaction) -> Line:
    return Line(
        pk=0,
        icon="bell-ringing",
        title=one.subject,
        sub=_("Wakes"),
        side=times.instant(one.snoozed_until) if one.snoozed_until else "",
        late=False,
        interaction=one,
    )


@login_required
@require_POST
def settle(request: HttpRequest, pk: int, state: str) -> HttpResponse:
    """Done, dropped, or open again."""
    follow_up = settle_follow_up(follow_up_id=pk, state=state, actor=signed_in(request))
    if state == FollowUp.State.OPEN:
        say(request, _("Open again."))
    else:
        undo = reverse("interactions:settle_follow_up", args=[pk, FollowUp.State.OPEN])
        said = _("Done.") if state == FollowUp.State.DONE else _("Dropped.")
        say_with_undo(request, said, undo_url=undo)
    if request.POST.get("back") == "page":
        page = reverse("interactions:page", args=[follow_up.interaction.public_id])
        return redirect_to(request, f"{page}#later")
    return redirect_to(request, reverse("interactions:desk"))
