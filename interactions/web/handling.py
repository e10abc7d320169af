"""What is done with a matter besides answering: later, elsewhere, together, apart, or with help."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access import Actor, signed_in
from crm.errors import RuleBroken
from crm.web import times
from crm.web.page import redirect_to
from crm.web.undo import say, say_with_undo
from interactions.models import Interaction
from interactions.processes import manage_interaction, update_interaction
from interactions.web import callers, forms
from interactions.web.actions import act
from interactions.web.page import in_sight


@login_required
@require_POST
def snooze(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Out of sight until then; its clocks run on."""

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        manage_interaction.snooze(interaction_id=one.pk, actor=actor, **said)
        return _("Snoozed until %(at)s.") % {"at": times.instant_full(said["until"])}

    undo = reverse("interactions:wake", args=[public_id])
    form = forms.SnoozeForm(request.POST, prefix="snooze")
    return act(request, public_id, "snooze_form", form, do, anchor="main", undo=undo)


@login_required
@require_POST
def wake(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Awake again."""
    actor = signed_in(request)
    manage_interaction.wake(interaction_id=in_sight(public_id, actor).pk, actor=actor)
    return _back(request, public_id, _("It is awake."))


@login_required
@require_POST
def transfer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """To a team's queue."""

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        team = int(said["team"])
        update_interaction.transfer(
            interaction_id=one.pk, team_id=team, reason=said["reason"], actor=actor
        )
        return _("%(reference)s is in the team's queue.") % {"reference": one.reference}

    form = forms.TransferForm(request.POST, prefix="transfer")
    return act(request, public_id, "transfer_form", form, do, anchor="main")


@login_required
@require_POST
def escalate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Those who lead are called."""

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        manage_interaction.escalate(interaction_id=one.pk, actor=actor, **said)
        return _("The team leads know.")

    undo = reverse("interactions:calm", args=[public_id])
    form = forms.ReasonForm(request.POST, prefix="escalate")
    return act(request, public_id, "escalate_form", form, do, anchor="main", undo=undo)


@login_required
@require_POST
def calm(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """An ordinary matter again."""
    actor = signed_in(request)
    manage_interaction.calm(interaction_id=in_sight(public_id, actor).pk, actor=actor)
    return _back(request, public_id, _("No longer escalated."))


@login_required
@require_POST
def follow_up(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Something to do later."""

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        plan = manage_interaction.plan_follow_up(interaction_id=one.pk, actor=actor, **said)
        return _("You will be reminded %(at)s.") % {"at": times.instant_full(plan.due_at)}

    form = forms.FollowUpForm(request.POST, prefix="later")
    return act(request, public_id, "later_form", form, do, anchor="later")


@login_required
@require_POST
def merge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Into another one of the same customer."""
    undo = reverse("interactions:unmerge", args=[public_id])

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        target = _other(said["other"], actor)
        manage_interaction.merge(source_id=one.pk, target_id=target.pk, actor=actor)
        return _("Merged into %(reference)s.") % {"reference": target.reference}

    form = forms.OtherForm(request.POST, prefix="merge")
    return act(request, public_id, "merge_form", form, do, anchor="together", undo=undo)


@login_required
@require_POST
def unmerge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Out again."""
    actor = signed_in(request)
    manage_interaction.unmerge(source_id=in_sight(public_id, actor).pk, actor=actor)
    return _back(request, public_id, _("It stands alone again, its clocks go on."))


@login_required
@require_POST
def keep_apart(request: HttpRequest, public_id: UUID, other: int) -> HttpResponse:
    """They are two matters: the offer goes and does not come back."""
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    manage_interaction.keep_apart(interaction_id=one.pk, other_id=other, actor=actor)
    undo = reverse("interactions:offer_again", args=[public_id, other])
    say_with_undo(request, _("They stay two."), undo_url=undo)
    return redirect_to(request, reverse("interactions:page", args=[public_id]))


@login_required
@require_POST
def offer_again(request: HttpRequest, public_id: UUID, other: int) -> HttpResponse:
    """They may be one after all."""
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    manage_interaction.offer_again(interaction_id=one.pk, other_id=other, actor=actor)
    return _back(request, public_id, _("Offered again."))


@login_required
@require_POST
def link(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Has to do with another one."""

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        other = _other(said["other"], actor)
        manage_interaction.link(
            interaction_id=one.pk, other_id=other.pk, kind=said["kind"] or "related", actor=actor
        )
        return _("Linked with %(reference)s.") % {"reference": other.reference}

    form = forms.OtherForm(request.POST, prefix="link")
    return act(request, public_id, "link_form", form, do, anchor="together")


@login_required
@require_POST
def unlink(request: HttpRequest, public_id: UUID, link_id: int) -> HttpResponse:
    """The link is taken back."""
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    found = one.links.get(pk=link_id)
    manage_interaction.unlink(link_id=found.pk, actor=actor)
    return _back(request, public_id, _("No longer linked."))


@login_required
@require_POST
def split(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Some messages become a matter of their own; the page of the new one opens."""
    actor = signed_in(request)
    chosen = [int(pk) for pk in request.POST.getlist("message") if pk.isdecimal()][:100]
    made: list[Interaction] = []

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        new = manage_interaction.split(
            interaction_id=one.pk,
            message_ids=chosen,
            subject=said["subject"],
            reason_key=said["reason"],
            actor=actor,
        )
        made.append(new)
        return ""

    form = forms.SplitForm(request.POST, prefix="split")
    answer = act(request, public_id, "split_form", form, do, anchor="together", silent=True)
    if not made or not actor.pk:
        return answer
    new = made[0]
    undo = reverse("interactions:undo_split", args=[new.public_id])
    said = _("%(reference)s is a matter of its own.") % {"reference": new.reference}
    say_with_undo(request, said, undo_url=undo)
    return redirect_to(request, reverse("interactions:page", args=[new.public_id]))


@login_required
@require_POST
def undo_split(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Back where the messages came from."""
    actor = signed_in(request)
    source = manage_interaction.undo_split(
        interaction_id=in_sight(public_id, actor).pk, actor=actor
    )
    return _back(request, source.public_id, _("Everything is back in one thread."))


@login_required
@require_POST
def withdraw(request: HttpRequest, public_id: UUID, request_id: int) -> HttpResponse:
    """The answer is no longer needed."""
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    update_interaction.withdraw_question(interaction_id=one.pk, request_id=request_id, actor=actor)
    return _back(request, public_id, _("Withdrawn, the fix counts again."))


def _other(text: str, actor: Actor) -> Interaction:
    number = callers.reference(text) or (int(text) if text.strip().isdecimal() else 0)
    found = Interaction.objects.visible_to(actor).filter(pk=number).first()
    if found is None:
        raise RuleBroken(
            "unknown-interaction",
            _("There is no interaction “%(text)s” that you may see.") % {"text": text},
            field="other",
            kind="invalid",
        )
    return found


def _back(request: HttpRequest, public_id: UUID, said: str) -> HttpResponse:
    say(request, said)
    return redirect_to(request, reverse("interactions:page", args=[public_id]))
