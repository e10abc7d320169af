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
from interactions.models import AgentProfile, AtDesk, Interaction
from interactions.models.states import WAITING
from interactions.processes.manage_interaction import set_at_desk, still_here
from interactions.processes.manage_interaction.policy import work_policy


@dataclass(frozen=True, slots=True)
class Here:
    """Whether somebody takes work, and how many matters they have of how many they can."""

    state: AtDesk
    busy: int
    room: int | None

    @property
    def available(self) -> bool:
        return self.state == AtDesk.AVAILABLE

    @property
    def away(self) -> bool:
        return self.state == AtDesk.AWAY


def of(actor: Actor) -> Here:
    """How I stand; whoever looks is not silent."""
    profile = AgentProfile.objects.filter(user=actor.pk).first()
    if profile is not None:
        still_here(profile)
    open_ones = Interaction.objects.filter(owner=actor.pk, removed_at=None, snoozed_until=None)
    room = (profile and profile.capacity) or work_policy().get("capacity")
    return Here(
        # Who never used the switch is taken for somebody who works.
        state=AtDesk(profile.state) if profile else AtDesk.AVAILABLE,
        busy=open_ones.open().exclude(status__in=WAITING).order_by().values("pk")[:1000].count(),
        room=int(room) if room else None,
    )


@login_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Come to the desk, be busy with something else, or leave it."""
    profile = set_at_desk(state=request.POST.get("state", ""), actor=signed_in(request))
    say(request, _SAID[AtDesk(profile.state)]())
    return redirect_to(request, reverse("interactions:desk"))


_SAID = {
    AtDesk.AVAILABLE: lambda: _("You are available."),
    AtDesk.BUSY: lambda: _("You are busy: no queue hands you anything. You can still take."),
    AtDesk.AWAY: lambda: _("You are away: nothing new is given to you. What is yours stays yours."),
}
