"""Files that were held back: why, and the way out for who may decide."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.web.page import redirect_to, render_page
from crm.web.undo import say
from customers import masking
from interactions.channels.scanning import is_scanned
from interactions.models import Attachment, Interaction
from interactions.processes.receive_message import check_file_again, delete_file, release_file
from interactions.processes.receive_message.deciding_files import PERMISSION, RELEASABLE
from interactions.web import wording

_AT_MOST = 50
_DECIDED = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One file as this person may see it, and whether they may release it."""

    file: Attachment
    name: str
    channel: str
    icon: str

    @property
    def releasable(self) -> bool:
        return self.file.finding in RELEASABLE


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, the oldest first, and what was decided lately."""
    actor = signed_in(request)
    require(actor, PERMISSION)
    held = _rows(_held(actor).order_by("created_at"), _AT_MOST, actor)
    decided = _rows(_seen(actor).exclude(decided_at=None).order_by("-decided_at"), _DECIDED, actor)
    record_access(
        actor=actor,
        action="view",
        subject="interaction",
        ids=[row.file.interaction_id for row in (*held, *decided)],
        purpose="service",
        detail="held files",
    )
    context = {"held": held, "decided": decided, "scanned": is_scanned()}
    return render_page(request, "interactions/held_files.html", context)


def count(actor: Actor) -> int:
    """How many wait for a decision, as far as anybody counts."""
    if not actor.has_perm(PERMISSION):
        return 0
    return len(_held(actor).values_list("pk", flat=True)[:100])


@login_required
@require_POST
def let_out(request: HttpRequest, pk: int) -> HttpResponse:
    """It can be opened from now on."""
    file = release_file(
        attachment_id=pk, reason=request.POST.get("reason", ""), actor=signed_in(request)
    )
    say(request, _("“%(name)s” is released: it can be opened now.") % {"name": file.name})
    return _back(request)


@login_required
@require_POST
def throw_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Gone for good; that it was there stays on the timeline."""
    file = delete_file(
        attachment_id=pk, reason=request.POST.get("reason", ""), actor=signed_in(request)
    )
    say(request, _("“%(name)s” is deleted. That it came stays on record.") % {"name": file.name})
    return _back(request)


@login_required
@require_POST
def look_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Scanned once more, or judged by the rules of today."""
    file = check_file_again(attachment_id=pk, actor=signed_in(request))
    said = {
        Attachment.State.WAITING: _("“%(name)s” waits for the scanner."),
        Attachment.State.CLEAR: _("“%(name)s” is clear: it can be opened now."),
    }.get(Attachment.State(file.state), _("“%(name)s” stays held back."))
    say(request, said % {"name": file.name})
    return _back(request)


def _seen(actor: Actor) -> Any:
    return Attachment.objects.filter(interaction__in=Interaction.objects.visible_to(actor))


def _held(actor: Actor) -> Any:
    return _seen(actor).filter(state=Attachment.State.HELD)


def _rows(found: Any, most: int, actor: Actor) -> list[Row]:
    clear = masking.sees_people(actor)
    return [
        Row(
            file=file,
            name=file.name if clear else masking.HIDDEN,
            channel=wording.channel(file.interaction.channel),
            icon=wording.channel_icon(file.interaction.channel),
        )
        for file in found.select_related("interaction").defer("content")[:most]
    ]


def _back(request: HttpRequest) -> HttpResponse:
    return redirect_to(request, reverse("interactions:held_files"))


urlpatterns = [
    path("held-files", page, name="held_files"),
    path("held-files/<int:pk>/release", let_out, name="held_file_release"),
    path("held-files/<int:pk>/delete", throw_away, name="held_file_delete"),
    path("held-files/<int:pk>/check", look_again, name="held_file_check"),
]
