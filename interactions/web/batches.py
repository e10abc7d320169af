"""One step on the selected rows of the queue, and its undo."""

from functools import lru_cache

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access import Actor, signed_in
from crm.accounts import names
from crm.web.page import redirect_to
from crm.web.undo import say, say_with_undo
from interactions.models import Batch
from interactions.processes import manage_interaction
from interactions.web import queue
from interactions.web.forms import BatchForm, tomorrow_morning


def bar() -> SafeString:
    """What can be done with the selected rows: the same for everybody until somebody comes."""
    return _bar(get_language(), names.at_work(), names.teams())


@lru_cache(maxsize=16)
def _bar(_language: str | None, _people: names.Names, _teams: names.Names) -> SafeString:
    return render_to_string("interactions/_batch.html", {"batch_form": BatchForm()})


@login_required
@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """Hand over, give to a team, or snooze; each row keeps its own history."""
    actor = signed_in(request)
    chosen = [int(pk) for pk in request.POST.getlist("pick") if pk.isdecimal()][: queue.PAGE]
    form = BatchForm({"step": "assign"} | request.POST.dict())
    back = f"{reverse('interactions:desk')}?{request.POST.get('back', '')[:300]}"
    if not chosen or not form.is_valid():
        say(request, _("Select rows first, then choose what happens with them."), tone="info")
        return redirect_to(request, back)
    done = _take(form.cleaned_data, chosen, actor)
    said = _said(done)
    if done.changed:
        undo = reverse("interactions:undo_batch", args=[done.pk])
        say_with_undo(request, said, undo_url=undo)
    else:
        say(request, said, tone="warning")
    return redirect_to(request, back)


def _take(said: dict[str, str], chosen: list[int], actor: Actor) -> Batch:
    if said["step"] == "snooze":
        return manage_interaction.snooze_many(
            interaction_ids=chosen, until=tomorrow_morning(), actor=actor
        )
    if said["step"] == "transfer":
        team = int(said["team"]) if said["team"] else None
        return manage_interaction.transfer_many(interaction_ids=chosen, team_id=team, actor=actor)
    if said["step"] in {"tag", "untag"}:
        step = (
            manage_interaction.tag_many if said["step"] == "tag" else manage_interaction.untag_many
        )
        return step(interaction_ids=chosen, name=said["tag"], actor=actor)
    owner = int(said["owner"]) if said["owner"] else None
    return manage_interaction.assign_many(interaction_ids=chosen, owner_id=owner, actor=actor)


def _said(done: Batch) -> str:
    n, refused = len(done.changed), len(done.refused)
    words = {
        Batch.Kind.ASSIGN: ngettext("%(n)d handed over.", "%(n)d handed over.", n),
        Batch.Kind.SNOOZE: ngettext("%(n)d sleeps.", "%(n)d sleep.", n),
        Batch.Kind.TRANSFER: ngettext("%(n)d given to the team.", "%(n)d given to the team.", n),
        Batch.Kind.TAG: ngettext("%(n)d tagged.", "%(n)d tagged.", n),
        Batch.Kind.UNTAG: ngettext("%(n)d without the tag.", "%(n)d without the tag.", n),
    }[Batch.Kind(done.kind)] % {"n": n}
    if refused:
        words += " " + ngettext(
            "%(n)d was left as it is.", "%(n)d were left as they are.", refused
        ) % {"n": refused}
    return words


@login_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the step back on every row it changed."""
    manage_interaction.undo_batch(batch_id=pk, actor=signed_in(request))
    say(request, _("Everything is back where it was."))
    return redirect_to(request, reverse("interactions:desk"))
