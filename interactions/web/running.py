"""Running promises beside a version of policy or calendar: what it does to them, and the choice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require, signed_in
from crm.web.page import redirect_to, render_panel
from crm.web.undo import say
from interactions import clock as engine
from interactions.models import ClockMove, Interaction
from interactions.processes.track_interaction import leave_running, move_running, preview_move
from interactions.web import wording
from readiness.registry.resolve import configuration

_GOING = (ClockMove.State.WAITING, ClockMove.State.RUNNING)


@dataclass(frozen=True, slots=True)
class Example:
    """One promise that moves."""

    interaction: Interaction
    what: str
    before: datetime | None
    after: datetime | None
    missed: bool


@login_required
@require_GET
def running(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel: the last preview, the move that was chosen, and what may be done."""
    actor = signed_in(request)
    require(actor, "readiness.view_capabilityversion")
    moves = ClockMove.objects.filter(version=pk).select_related("asked_by").order_by("-pk")
    preview = moves.filter(kind=ClockMove.Kind.PREVIEW).first()
    move = moves.filter(kind=ClockMove.Kind.MOVE).exclude(state=ClockMove.State.DROPPED).first()
    shown = move if move and move.state != ClockMove.State.WAITING else preview
    context: dict[str, Any] = {
        "pk": pk,
        "preview": preview,
        "move": move,
        "shown": shown,
        "examples": _examples(shown, actor) if shown else [],
        "going": any(one and one.state in _GOING for one in (preview, move)),
        "modes": ClockMove.Mode.choices,
        "may_move": actor.has_perm("readiness.introduce_capability"),
    }
    return render_panel(request, "interactions/_running.html", context, title=_("Running promises"))


@login_required
@require_POST
def step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Look, take running promises along, or leave them."""
    actor, mode = signed_in(request), request.POST.get("mode", "")
    if step == "look":
        preview_move(version_id=pk, mode=mode, actor=actor)
        say(request, _("Being reckoned; nothing is changed."), tone="info")
    elif step == "move":
        made = move_running(version_id=pk, mode=mode, actor=actor)
        waits = made.state == ClockMove.State.WAITING
        say(
            request,
            _("Running promises go along once the version serves everybody.")
            if waits
            else _("Running promises go along now."),
        )
    elif step == "leave":
        leave_running(version_id=pk, actor=actor)
        say(request, _("Only what begins from now on goes under this version."))
    else:
        raise Http404
    version = configuration(pk)
    page = reverse("readiness:capability", args=[version.slot])
    return redirect_to(request, f"{page}?v={version.number}")


def _examples(move: ClockMove, actor: Actor) -> list[Example]:
    """Those of the first that moved which this person may see."""
    seen = Interaction.objects.visible_to(actor).in_bulk([row[0] for row in move.examples])
    return [
        Example(
            interaction=seen[pk],
            what=wording.target(target),
            before=None if before is None else engine.moment(before),
            after=None if after is None else engine.moment(after),
            missed=missed,
        )
        for pk, target, before, after, missed in move.examples
        if pk in seen
    ]
