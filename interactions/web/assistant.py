"""The assistant on the page of a matter: asked by a button, shown with its label, taken by hand."""

import contextlib
from typing import Any
from uuid import UUID

from celery import current_app
from celery.exceptions import OperationalError
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require, signed_in
from crm.web.page import etagged, redirect_to, render_page, render_panel, wants_fragment
from customers import masking
from interactions.models import AssistRequest, Interaction
from interactions.processes.assist_agent import ask_assistant, offered
from interactions.web import presence
from interactions.web.macros import wished_language
from interactions.web.page import in_sight

_KINDS = ("summary", "draft")


@login_required
@require_GET
def panel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Nothing when the assistant is off; else the buttons, and the last it said to me here."""
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    return etagged(
        request,
        render_panel(
            request, "interactions/_assistant.html", shown(one, actor), title=_("Assistant")
        ),
    )


@login_required
@require_POST
def ask(request: HttpRequest, public_id: UUID, kind: str) -> HttpResponse:
    """Ask for a summary or a draft; a worker does the asking."""
    if kind not in _KINDS:
        raise Http404
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    language = actor.language if kind == "summary" else wished_language(one) or actor.language
    asked = ask_assistant(interaction_id=one.pk, kind=kind, language=language, actor=actor)
    _soon(asked.pk)
    if wants_fragment(request):
        return render_panel(
            request, "interactions/_assistant.html", shown(one, actor), title=_("Assistant")
        )
    return redirect_to(request, f"{reverse('interactions:page', args=[public_id])}#assistant")


@login_required
@require_POST
def take(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    """Put a draft into the answer box, below what stands there; sending it is up to the agent."""
    actor = signed_in(request)
    require(actor, "interactions.update_interaction")
    one = in_sight(public_id, actor)
    draft = _mine(one, actor).get(pk=pk, kind="draft", state=AssistRequest.State.DONE)
    said = presence.written(request.POST, one.pk, actor)
    said["body"] = f"{said['body'].rstrip()}\n\n{draft.text}".lstrip()
    said["language"] = draft.language
    presence.keep_draft(one.pk, actor, said)
    if wants_fragment(request):
        context = {"one": one, "body": said["body"], "language": said["language"]}
        return render_page(
            request, "interactions/page.html", context, fragment="interactions/_body.html"
        )
    return redirect_to(request, f"{reverse('interactions:page', args=[public_id])}#answer")


def shown(one: Interaction, actor: Actor) -> dict[str, Any]:
    """What the panel says; without anything offered it says nothing at all."""
    kinds = [kind for kind in _KINDS if offered(kind, actor)] if masking.sees_people(actor) else []
    if one.status in Interaction.ENDED:
        kinds = [kind for kind in kinds if kind == "summary"]
    latest = [_mine(one, actor).filter(kind=kind).order_by("-pk").first() for kind in kinds]
    said = [found for found in latest if found is not None]
    newest = _newest(one) if said else 0
    return {
        "one": one,
        "assist_kinds": kinds,
        "assist_said": [(found, found.seen_message < newest) for found in said],
        "assist_waits": any(found.state == AssistRequest.State.ASKED for found in said),
    }


def _newest(one: Interaction) -> int:
    return one.messages.order_by("-pk").values_list("pk", flat=True).first() or 0


def _soon(request_id: int) -> None:
    # Without a broker the next round of beat takes it up.
    with contextlib.suppress(OperationalError):
        current_app.send_task("interactions.tasks.answer_assistant", (request_id,), retry=False)


def _mine(one: Interaction, actor: Actor) -> Any:
    return AssistRequest.objects.filter(interaction=one, asked_by=actor.pk)
