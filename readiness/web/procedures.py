"""Procedures as people work by them: what is in effect, who has read it, when it is reviewed."""

import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require, signed_in
from crm.web.page import redirect_to, render_page
from crm.web.undo import say
from readiness.models import Acknowledgement, ProcedureVersion
from readiness.processes.acknowledge_procedure import acknowledge, holding

_NAMED = 200
_LISTED = 100
_PLACE = re.compile(r"([01])-(\d{1,18})")


@login_required
@require_GET
def library(request: HttpRequest) -> HttpResponse:
    """Every procedure in effect: what I have not read first, then by title."""
    actor = _reader(request)
    rows = (
        ProcedureVersion.objects.effective()
        .select_related("procedure__owner")
        .annotate(read=Count("acknowledgements"), unread=_unread(actor))
        .order_by("-unread", "procedure__title", "pk")
    )
    found = list(_behind(rows, request.GET.get("after", ""))[: _LISTED + 1])
    shown = found[:_LISTED]
    context = {
        "rows": shown,
        "further": f"{shown[-1].unread:d}-{shown[-1].pk}" if len(found) > _LISTED else "",
        "readers": holding("follow_procedure").count(),
        "today": timezone.localdate(),
        "heads": [
            {"label": _("Procedure")},
            {"label": _("In effect since"), "class": "w-due"},
            {"label": _("Read"), "class": "w-state"},
            {"label": _("Review"), "class": "w-due"},
        ],
    }
    return render_page(request, "readiness/procedures.html", context)


@login_required
@require_GET
def procedure(request: HttpRequest, key: str) -> HttpResponse:
    """One procedure as it is in effect, what changed, and whether I have read it."""
    actor = _reader(request)
    version = _in_effect(key)
    read = version.acknowledgements.select_related("user").order_by("at")
    context = {
        "version": version,
        "mine": read.filter(user=actor.pk).first(),
        "may_confirm": version.to_be_read and actor.has_perm("readiness.follow_procedure"),
        "today": timezone.localdate(),
        **(_readers(version) if actor.has_perm("readiness.approve_procedure") else {}),
    }
    return render_page(request, "readiness/procedure.html", context)


@login_required
@require_POST
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """I have read the wording I was shown, which may be in effect no longer."""
    number = request.POST.get("version", "")
    shown = ProcedureVersion.objects.filter(procedure__key=key)
    version = get_object_or_404(shown, number=number if number.isdecimal() else 0)
    acknowledge(version_id=version.pk, actor=signed_in(request))
    say(request, _("Kept: you have read it."))
    return redirect_to(request, reverse("readiness:procedure", args=[key]))


def _reader(request: HttpRequest) -> Actor:
    actor = signed_in(request)
    if not actor.has_perm("readiness.view_processelement"):
        require(actor, "readiness.follow_procedure")
    return actor


def _unread(actor: Actor) -> Exists | Value:
    if not actor.has_perm("readiness.follow_procedure"):
        return Value(value=False)
    return Exists(ProcedureVersion.objects.unread_by(actor.pk).filter(pk=OuterRef("pk")))


def _behind(rows: QuerySet[Any], after: str) -> QuerySet[Any]:
    """What comes after a row of the page before, which named it by whether it was unread."""
    place = _PLACE.fullmatch(after)
    last = ProcedureVersion.objects.filter(pk=int(place[2])) if place else None
    title = last.values_list("procedure__title", flat=True).first() if last else None
    if place is None or title is None:
        return rows
    behind = Q(procedure__title__gt=title) | Q(procedure__title=title, pk__gt=int(place[2]))
    same = behind & Q(unread=place[1] == "1")
    return rows.filter(same | Q(unread=False) if place[1] == "1" else same)


def _in_effect(key: str) -> ProcedureVersion:
    found = ProcedureVersion.objects.effective().select_related("procedure__owner", "approved_by")
    return found.get(procedure__key=key)


def _readers(version: ProcedureVersion) -> dict[str, Any]:
    """For who answers for it: who has read it, and who has not yet."""
    people = holding("follow_procedure").order_by("first_name", "last_name", "pk")
    have = Acknowledgement.objects.filter(version=version, user=OuterRef("pk"))
    said = [
        (str(one), bool(one.has_read)) for one in people.annotate(has_read=Exists(have))[:_NAMED]
    ]
    return {
        "readers": said,
        "read_n": sum(has_read for _name, has_read in said),
        "readers_n": len(said),
    }
