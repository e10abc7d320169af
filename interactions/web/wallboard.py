"""The board on the wall: how the queues stand, read from across the room."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.access import signed_in
from crm.web import times
from crm.web.page import etagged, render_page
from interactions.processes.report_interaction import Queue, look_at_board
from interactions.web.performance_rows import NO_TEAM

_BIGINT = 18
_SEATS = 60
_TWO_DAYS = 48 * 60


@login_required
@require_GET
def wallboard(request: HttpRequest) -> HttpResponse:
    """The whole board; a poll or a change gets the part that changes, or 304."""
    said = request.GET.get("team", "")
    team = int(said) if said.isdecimal() and len(said) < _BIGINT else None
    now = timezone.now()
    board = look_at_board(team=team, now=now, actor=signed_in(request))
    context = {
        "board": board,
        "team": team,
        "figures": _figures(board.whole, team),
        "queues": [
            {"one": one, "wait": _waited(one), "rows": _rows_of(one.team or NO_TEAM)}
            for one in board.queues
        ],
        "quiet": not board.whole.open,
        "seats": board.seats[:_SEATS],
        "more_seats": max(len(board.seats) - _SEATS, 0),
    }
    page = render_page(
        request, "interactions/wallboard.html", context, fragment="interactions/_wallboard.html"
    )
    return etagged(request, page) if request.headers.get("HX-Request") else page


def _figures(whole: Queue, team: int | None) -> list[dict[str, Any]]:
    """The figures of everything shown, each with the rows it counts."""
    rows = _rows_of(team)
    return [
        {"label": _("Open"), "value": times.number(whole.open), "tone": "", "url": rows["open"]},
        {
            "label": _("Due within the hour"),
            "value": times.number(whole.soon),
            "tone": "warn" if whole.soon else "",
            "url": rows["soon"],
        },
        {
            "label": _("Promise missed"),
            "value": times.number(whole.late),
            "tone": "bad" if whole.late else "ok",
            "url": rows["late"],
        },
        {
            "label": _("Waiting for customers"),
            "value": times.number(whole.waiting),
            "tone": "",
            "url": rows["waiting"],
        },
        {
            "label": _("Longest wait"),
            "value": _waited(whole),
            "tone": "",
            "url": rows["unanswered"] if whole.since else "",
        },
        {
            "label": _("Colleagues present"),
            "value": _("%(n)s, of them %(full)s full")
            % {"n": times.number(whole.present), "full": times.number(whole.full)}
            if whole.full
            else times.number(whole.present),
            "tone": "warn" if whole.open and not whole.present else "",
            "url": "",
        },
    ]


def _rows_of(team: int | str | None) -> dict[str, str]:
    path = reverse("interactions:performance_rows")
    of: dict[str, int | str] = {"team": team} if team is not None else {}
    kinds = ("open", "soon", "late", "waiting", "unanswered")
    return {kind: f"{path}?{urlencode({'show': kind, **of})}" for kind in kinds}


def _waited(queue: Queue) -> str:
    """In whole minutes: the part on the wall changes no oftener than that."""
    if queue.since is None:
        return "–"
    minutes = max(int((timezone.now() - queue.since).total_seconds()) // 60, 1)
    if minutes >= _TWO_DAYS:
        return _("%(n)d d") % {"n": minutes // (24 * 60)}
    return times.left(float(minutes * 60))
