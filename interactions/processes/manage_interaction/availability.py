"""Whether somebody takes work now, and since when: said by themselves, or by their silence."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import SYSTEM, Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import AvailabilityChanged
from crm.events.publish import publish
from interactions.models import AgentProfile, AtDesk, Availability
from interactions.processes.manage_interaction.fitting import on_the_phone
from interactions.processes.manage_interaction.policy import work_policy
from interactions.processes.notify_customer.colleagues import tell_away
from interactions.reads import check_colleague

_SEEN_EVERY: Final = timedelta(minutes=5)
_TICK: Final = timedelta(microseconds=1)


@transaction.atomic
def set_at_desk(*, state: str, actor: Actor) -> AgentProfile:
    """Be available, busy or away; what I have stays mine until it goes back by itself."""
    require(actor, "interactions.update_interaction")
    check_colleague(actor.pk)
    if state not in AtDesk:
        raise RuleBroken(
            "unknown-state", _("Say available, busy or away."), field="state", kind="invalid"
        )
    profile, _new = AgentProfile.objects.select_for_update().get_or_create(user_id=actor.pk or 0)
    now = timezone.now()
    if state != AtDesk.AWAY:
        profile.seen_at = now
        profile.save(update_fields=["seen_at"])
    _change(profile, AtDesk(state), now, "themselves", actor)
    return profile


@transaction.atomic
def leave(user_id: int) -> bool:
    """Away with their sign-out; who never took work stays unknown."""
    profile = AgentProfile.objects.select_for_update().filter(user=user_id).first()
    return profile is not None and _change(
        profile, AtDesk.AWAY, timezone.now(), "signed out", SYSTEM
    )


def still_here(profile: AgentProfile) -> None:
    """Somebody looks at their work: noted once in a while, and not of who is away."""
    now = timezone.now()
    seen = profile.seen_at is not None and profile.seen_at > now - _SEEN_EVERY
    if not seen and profile.state != AtDesk.AWAY:
        AgentProfile.objects.filter(pk=profile.pk).update(seen_at=now)


def leave_when_silent(limit: int, now: datetime) -> int:
    """Away, whoever nothing was seen of for long and who does not talk; says how many."""
    minutes = int(work_policy().get("away_after_minutes") or 0)
    if not minutes:
        return 0
    with transaction.atomic():
        silent = list(
            AgentProfile.objects.filter(seen_at__lt=now - timedelta(minutes=minutes))
            .exclude(state=AtDesk.AWAY)
            .order_by("seen_at")
            .select_for_update(skip_locked=True, of=("self",))[:limit]
        )
        talking = on_the_phone([profile.user_id for profile in silent], now)
        gone = [profile for profile in silent if profile.user_id not in talking]
        for profile in gone:
            _change(profile, AtDesk.AWAY, now, "silent", SYSTEM)
            tell_away(user_id=profile.user_id, at=now)
        # Whoever talks is seen by that: else they would fill every batch.
        AgentProfile.objects.filter(pk__in=talking).update(seen_at=now)
    return len(silent)


def _change(profile: AgentProfile, state: AtDesk, now: datetime, why: str, actor: Actor) -> bool:
    """End the open interval of a locked colleague and begin the next; False if it goes on."""
    open_one = Availability.objects.filter(agent=profile.user_id, until=None).first()
    if open_one is not None:
        if open_one.state == state:
            return False
        # A clock set back makes no interval that ends before it began.
        now = max(now, open_one.since + _TICK)
        open_one.until = now
        open_one.save(update_fields=["until"])
    Availability.objects.create(agent_id=profile.user_id, state=state, since=now, because=why)
    with because(actor, "availability"):
        profile.state, profile.since = state, now
        profile.save(update_fields=["state", "since"])
    publish(AvailabilityChanged(user_id=profile.user_id, state=state), actor=actor)
    return True
