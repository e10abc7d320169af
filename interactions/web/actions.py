"""What can be done with an interaction: each action one form, one process, one sentence back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access import Actor, signed_in
from crm.web.errors import beside
from crm.web.page import redirect_to, wants_fragment
from crm.web.undo import say, say_with_undo
from interactions.models import Interaction
from interactions.processes import close_interaction, update_interaction
from interactions.processes.track_interaction import make_promise, stand_by
from interactions.web import attachments, forms, presence, reaching
from interactions.web.page import composer, conversation, in_sight, shown

Doing = Callable[[dict[str, Any], Interaction, Actor], str]


def act(
    request: HttpRequest,
    public_id: UUID,
    name: str,
    form: BaseForm,
    doing: Doing,
    *,
    anchor: str,
    undo: str = "",
    silent: bool = False,
) -> HttpResponse:
    """Check the form, do it, say it; what is refused comes back with everything typed."""
    actor = signed_in(request)
    said = _done(form, in_sight(public_id, actor), actor, doing)
    if form.errors:
        one = in_sight(public_id, actor)
        if one.status in Interaction.ENDED:
            # Its form is no longer on the page: what was refused is said all the same.
            for refusal in form.non_field_errors():
                say(request, str(refusal), tone="error")
        return shown(request, one, {name: form}, status=422)
    if undo and not silent:
        say_with_undo(request, said, undo_url=undo)
    elif not silent:
        say(request, said)
    return redirect_to(request, f"{reverse('interactions:page', args=[public_id])}#{anchor}")


@login_required
@require_POST
def answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Reply, note, or what the customer said; nothing goes out over a colleague's reply."""
    form = forms.AnswerForm(request.POST)
    files = request.FILES.getlist("files")

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        return _answer(said, one, actor, files)

    # What the customer said may settle a question and more: then the whole page is drawn anew.
    if wants_fragment(request) and form["kind"].value() != "heard":
        return _sent(request, public_id, form, do)
    return act(request, public_id, "answer_form", form, do, anchor="answer")


def _sent(request: HttpRequest, public_id: UUID, form: BaseForm, doing: Doing) -> HttpResponse:
    """The same without leaving the page: the conversation anew, or the box with what was typed."""
    actor = signed_in(request)
    said = _done(form, in_sight(public_id, actor), actor, doing)
    if form.errors:
        answer = composer(request, in_sight(public_id, actor), form)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#answer", "outerHTML"
        return answer
    say(request, said)
    return conversation(request, in_sight(public_id, actor))


def _done(form: BaseForm, one: Interaction, actor: Actor, doing: Doing) -> str:
    said = ""
    if form.is_valid():
        with beside(form):
            said = doing(form.cleaned_data, one, actor)
    return said


@transaction.atomic
def _answer(said: dict[str, Any], one: Interaction, actor: Actor, files: list[Any]) -> str:
    kind = said["kind"]
    message = update_interaction.add_message(
        interaction_id=one.pk,
        body=said["body"],
        kind="note" if kind == "note" else "public",
        direction="inbound" if kind == "heard" else "outbound",
        channel=(said["channel"] or None) if kind != "note" else None,
        language=said["language"] if kind == "reply" else "",
        seen_message=said["seen"],
        actor=actor,
    )
    attachments.attach(message, files)
    presence.drop_draft(one.pk, actor)
    if kind == "note":
        return _("Note kept.")
    if kind == "heard":
        return _("Kept as said by the customer.")
    if message.state == message.State.QUEUED:
        return _("On its way.")
    if message.channel in reaching.on_page(message.interaction):
        return _("Sent: it stands on the page where they wrote.")
    return _("Kept as said by you.")


@login_required
@require_POST
def ask(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask the customer; the fix pauses until the answer."""
    form = forms.AskForm(request.POST, prefix="ask")
    return act(request, public_id, "ask_form", form, _ask, anchor="ask")


def _ask(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
    update_interaction.ask_customer(interaction_id=one.pk, actor=actor, **said)
    return _("Asked. The fix is paused until the answer.")


@login_required
@require_POST
def promise(request: HttpRequest, public_id: UUID, clock_id: int) -> HttpResponse:
    """A new promise beside the old one; the customer is told."""
    form = forms.PromiseForm(request.POST, prefix="promise")

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        clock = one.clocks.get(pk=clock_id)
        made = make_promise(clock_id=clock.pk, actor=actor, **said)
        if made.notice_id is None:
            return _("Promised. Nobody may write to the customer here: please call.")
        return _("Promised, and the customer is being told.")

    return act(request, public_id, "promise_form", form, do, anchor="promises")


@login_required
@require_POST
def will_be_met(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner knows better than the queue: it will be in time."""
    clock = stand_by(clock_id=pk, actor=signed_in(request))
    reference = clock.interaction.reference
    say(request, _("%(reference)s stays as promised.") % {"reference": reference})
    return redirect_to(request, reverse("interactions:desk"))


@login_required
@require_POST
def complete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Complete with an outcome; with how the customer was told, close at once."""
    form = forms.WrapUpForm(request.POST, prefix="wrap")
    undo = reverse("interactions:undo_complete", args=[public_id])
    return act(request, public_id, "wrap_form", form, _complete, anchor="wrap-up", undo=undo)


@transaction.atomic
def _complete(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
    known = one.reason.key if one.reason else ""
    if said["reason"] and said["reason"] != known:
        update_interaction.change_fields(
            interaction_id=one.pk, changes={"reason": said["reason"]}, actor=actor
        )
    if said["minutes"] is not None:
        spent = timedelta(minutes=said["minutes"])
        update_interaction.correct_time_spent(interaction_id=one.pk, spent=spent, actor=actor)
    close_interaction.complete(
        interaction_id=one.pk, outcome=said["outcome"], note=said["note"], actor=actor
    )
    if not said["informed_by"]:
        return _("%(reference)s is completed.") % {"reference": one.reference}
    close_interaction.close(interaction_id=one.pk, informed_by=said["informed_by"], actor=actor)
    return _("%(reference)s is completed and closed.") % {"reference": one.reference}


@login_required
@require_POST
def undo_complete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Undo of completing: it is open again, and its history says so."""
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    close_interaction.reopen(
        interaction_id=one.pk, reason=_("completed by mistake"), undone=True, actor=actor
    )
    say(request, _("%(reference)s is open again.") % {"reference": one.reference})
    return redirect_to(request, reverse("interactions:page", args=[public_id]))


@login_required
@require_POST
def close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The customer knows: close."""
    form = forms.CloseForm(request.POST, prefix="close")

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        close_interaction.close(interaction_id=one.pk, actor=actor, **said)
        return _("%(reference)s is closed.") % {"reference": one.reference}

    return act(request, public_id, "close_form", form, do, anchor="wrap-up")


@login_required
@require_POST
def reopen(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take it up again, saying why."""
    form = forms.ReasonForm(request.POST, prefix="reopen")

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        close_interaction.reopen(interaction_id=one.pk, actor=actor, **said)
        return _("%(reference)s is open again.") % {"reference": one.reference}

    return act(request, public_id, "reopen_form", form, do, anchor="wrap-up")


@login_required
@require_POST
def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End it without a result, saying why."""
    form = forms.ReasonForm(request.POST, prefix="cancel")

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        close_interaction.cancel(interaction_id=one.pk, actor=actor, **said)
        return _("%(reference)s is cancelled.") % {"reference": one.reference}

    return act(request, public_id, "cancel_form", form, do, anchor="wrap-up")


@login_required
@require_POST
def assign(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Hand it to a colleague, or back to the queue."""
    actor = signed_in(request)
    undo = reverse("interactions:give_back", args=[in_sight(public_id, actor).pk])

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        owner = int(said["owner"]) if said["owner"] else None
        update_interaction.assign(interaction_id=one.pk, owner_id=owner, actor=actor)
        return _("%(reference)s is handed over.") % {"reference": one.reference}

    form = forms.AssignForm(request.POST)
    return act(request, public_id, "assign_form", form, do, anchor="main", undo=undo)


@login_required
@require_POST
def move(request: HttpRequest, public_id: UUID, how: str) -> HttpResponse:
    """Take it, wait for a colleague or a partner, or work on."""
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    undo = ""
    if how == "take":
        update_interaction.take(interaction_id=one.pk, actor=actor)
        said, undo = _("It is yours."), reverse("interactions:give_back", args=[one.pk])
    elif how == "go-on":
        update_interaction.go_on(interaction_id=one.pk, actor=actor)
        said = _("Going on.")
    else:
        whom = "partner" if how == "wait-partner" else "internal"
        update_interaction.wait_for(interaction_id=one.pk, whom=whom, actor=actor)
        said = _("Waiting. Nobody is forgotten: it stays in the queue.")
        undo = reverse("interactions:move", kwargs={"public_id": public_id, "how": "go-on"})
    if undo:
        say_with_undo(request, said, undo_url=undo)
    else:
        say(request, said)
    return redirect_to(request, reverse("interactions:page", args=[public_id]))


@login_required
@require_POST
def answered(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The customer answered by another way: what we waited for goes on."""
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    update_interaction.answer_received(interaction_id=one.pk, actor=actor)
    say(request, _("The answer is noted, the fix counts again."))
    return redirect_to(request, f"{reverse('interactions:page', args=[public_id])}#ask")
