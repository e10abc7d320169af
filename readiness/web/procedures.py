"""Procedures as people work by them: what is in effect, who has read it, when it is reviewed."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, OuterRef
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
_LISTED = 500


@login_required
@require_GET
def library(request: HttpRequest) -> HttpResponse:
    """Every procedure in effect: what I have not read first, then by title."""
    actor = _reader(request)
    rows = (
        ProcedureVersion.objects.effective()
        .select_related("procedure__owner")
        .annotate(read=Count("acknowledgements"))
        .order_by("procedure__title")
    )
    asked = _unread(actor)
    found = [(row, row.pk in asked) for row in rows[:_LISTED]]
    context = {
        "rows": sorted(found, key=lambda pair: not pair[1]),
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


def _unread(actor: Actor) -> set[int]:
    if not actor.has_perm("readiness.follow_procedure"):
        return set()
    unread = ProcedureVersion.objects.unread_by(actor.pk)
    return set(unread.values_list("pk", flat=True))


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
