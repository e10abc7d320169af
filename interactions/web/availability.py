"""The switch at the top: whether I take work, and how much of it I have."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access import Actor, signed_in
from crm.web.page import redirect_to
from crm.web.undo import say
from interactions.models import AgentProfile, Interaction
from interactions.models.states import WAITING
from interactions.processes.manage_interaction import set_available
from interactions.processes.manage_interaction.policy import work_policy


@dataclass(frozen=True, slots=True)
class Here:
    """Whether somebody takes work, and how many matters they have of how many they can."""

    available: bool
    busy: int
    room: int | None


def of(actor: Actor) -> Here:
    profile = AgentProfile.objects.filter(user=actor.pk).first()
    open_ones = Interaction.objects.filter(owner=actor.pk, removed_at=None, snoozed_until=None)
    room = (profile and profile.capacity) or work_policy().get("capacity")
    return Here(
        # Who never used the switch is taken for somebody who works.
        available=profile.available if profile else True,
        busy=open_ones.open().exclude(status__in=WAITING).order_by().values("pk")[:1000].count(),
        room=int(room) if room else None,
    )


@login_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Come to the desk or leave it."""
    actor = signed_in(request)
    profile = set_available(available=request.POST.get("available") == "1", actor=actor)
    say(
        request,
        _("You are available.")
        if profile.available
        else _("You are away: nothing new is given to you. What is yours stays yours."),
    )
    return redirect_to(request, reverse("interactions:desk"))
