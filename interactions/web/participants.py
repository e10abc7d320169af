"""Who takes part in a matter, each with a role: shown, added and taken out by hand."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access import Actor, signed_in
from crm.web.page import redirect_to
from crm.web.undo import say, say_with_undo
from customers import masking
from interactions.models import Interaction, Participant
from interactions.processes.keep_participants import (
    add_participant,
    bring_back_participant,
    remove_participant,
)
from interactions.web.actions import act
from interactions.web.forms import ParticipantForm
from interactions.web.page import in_sight
from interactions.web.people import shown_name


@login_required
@require_POST
def add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """They take part from now on."""

    def do(said: dict[str, Any], one: Interaction, actor: Actor) -> str:
        add_participant(interaction_id=one.pk, actor=actor, **said)
        return _("They take part: what they write is read here.")

    form = ParticipantForm(request.POST, prefix="part")
    return act(request, public_id, "participant_form", form, do, anchor="participants")


@login_required
@require_POST
def remove(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    """They no longer do."""
    actor = signed_in(request)
    found = in_sight(public_id, actor).participants.get(pk=pk)
    remove_participant(participant_id=found.pk, actor=actor)
    undo = reverse("interactions:participant_again", args=[public_id, pk])
    say_with_undo(request, _("They take no part any more."), undo_url=undo)
    return redirect_to(request, f"{reverse('interactions:page', args=[public_id])}#participants")


@login_required
@require_POST
def again(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    """They do again."""
    actor = signed_in(request)
    found = in_sight(public_id, actor).participants.get(pk=pk)
    bring_back_participant(participant_id=found.pk, actor=actor)
    say(request, _("They take part again."))
    return redirect_to(request, f"{reverse('interactions:page', args=[public_id])}#participants")


def around(one: Interaction, actor: Actor) -> dict[str, Any]:
    """Its customer and its owner, then everybody else, as this reader may see them."""
    clear = masking.sees_people(actor)
    named = []
    if one.customer:
        named.append({"name": shown_name(one.customer, actor), "role": _("Customer")})
    if one.owner:
        named.append({"name": str(one.owner), "role": _("Works on it")})
    rows = one.participants.taking_part().select_related("party")
    return {
        "participants": [*named, *(_row(row, clear) for row in rows)],
        "participant_form": ParticipantForm(prefix="part"),
    }


def _row(row: Participant, clear: bool) -> dict[str, Any]:
    name, address = row.name or (row.party.name if row.party else ""), row.address
    if not clear:
        kind = "email" if "@" in address else "phone"
        name = name and masking.name(name, "")
        address = address and masking.contact_point(kind, address)
    return {
        "pk": row.pk,
        "name": name,
        "address": address,
        "role": row.get_role_display(),
        "copied": row.copied,
    }
