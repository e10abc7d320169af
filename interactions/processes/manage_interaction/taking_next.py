"""The next one for me: the most urgent that I can do, that nobody has, and that I have room for."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.accounts.models import User
from crm.errors import RuleBroken
from interactions.models import AgentProfile, AtDesk, Interaction
from interactions.models.states import WAITING
from interactions.processes.manage_interaction.fitting import (
    Colleague,
    colleague,
    fits,
    last_owners,
    loads,
    on_the_phone,
    wished_languages,
)
from interactions.processes.manage_interaction.policy import work_policy
from interactions.processes.track_interaction.timeline import change_status
from interactions.processes.update_interaction.handing import hand_to
from interactions.reads import check_colleague

_LOOK: Final = 50
_PAGES: Final = 20
_SOON: Final = timedelta(hours=1)


@transaction.atomic
def take_next(*, actor: Actor) -> Interaction | None:
    """Take the most urgent matter that fits; None when nothing waits for somebody like me.

    Two who press at once never get the same, and neither waits for the other. It goes back to the
    queue if no answer follows in time.
    """
    require(actor, "interactions.update_interaction")
    check_colleague(actor.pk)
    _calls_are_wrapped_up(actor)
    policy = work_policy()
    me = _me(actor, policy)
    now = timezone.now()
    for page in range(_PAGES):
        some = list(_waiting(actor)[page * _LOOK : (page + 1) * _LOOK])
        for pk in _best_first(some, me, policy, now):
            taken = _claim(pk, policy, actor, now)
            if taken is not None:
                return taken
        if len(some) < _LOOK:
            return None
    return None


def _calls_are_wrapped_up(actor: Actor) -> None:
    """What was said on the phone is written down before the next matter begins."""
    if on_the_phone([actor.pk or 0], timezone.now(), talking=False):
        raise RuleBroken(
            "call-to-wrap-up",
            _("A call of yours waits for its wrap-up. Write down first how it ended."),
        )


def _me(actor: Actor, policy: Mapping[str, Any]) -> Colleague:
    assert actor.pk is not None  # noqa: S101  # told to the type checker
    profile = AgentProfile.objects.select_for_update().filter(user=actor.pk).first()
    if profile is not None and profile.state == AtDesk.AWAY:
        raise RuleBroken(
            "you-are-away", _("You are away. Say that you are available, then take the next one.")
        )
    _room(actor.pk, (profile and profile.capacity) or policy.get("capacity"))
    user = User.objects.only("languages_spoken").get(pk=actor.pk)
    return colleague(user, profile)


def _room(user_id: int, capacity: int | None) -> None:
    """What waits for others or sleeps takes no room."""
    if capacity is None:
        return
    if loads([user_id]).get(user_id, 0) >= capacity:
        raise RuleBroken(
            "no-room",
            _("You have %(n)d open matters, as many as you have room for. Finish one first.")
            % {"n": capacity},
            details={"capacity": capacity},
        )


def _waiting(actor: Actor) -> Any:
    found = (
        Interaction.objects.visible_to(actor)
        .open()
        .filter(owner=None, snoozed_until=None)
        .exclude(status__in=WAITING)
    )
    if actor.teams:
        found = found.filter(Q(team__in=actor.teams) | Q(team=None))
    return found.select_related("customer__party", "reason").order_by("due_next_at", "pk")


def _best_first(
    some: list[Interaction], me: Colleague, policy: Mapping[str, Any], now: datetime
) -> Iterable[int]:
    """What fits me, the most urgent first; among equally urgent ones customers I know."""
    languages = wished_languages(some) if me.languages else {}
    fitting = [one for one in some if fits(one, me, languages)]
    last = last_owners(fitting, policy, now)
    kept_for = timedelta(minutes=int(policy.get("sticky_minutes", 0)))
    ranked = []
    for one in fitting:
        known_to = last.get(one.customer_id or 0)
        if known_to and known_to[0] != me.pk and known_to[1] and now < one.opened_at + kept_for:
            continue
        mine = known_to is not None and known_to[0] == me.pk
        ranked.append(((_urgency(one, now), not mine, *_due(one)), one.pk))
    return [pk for _rank, pk in sorted(ranked)]


def _urgency(one: Interaction, now: datetime) -> int:
    if one.due_next_at is None:
        return 3
    return 0 if one.due_next_at < now else 1 if one.due_next_at < now + _SOON else 2


def _due(one: Interaction) -> tuple[float, int]:
    return (one.due_next_at.timestamp() if one.due_next_at else 0.0, one.pk)


def _claim(pk: int, policy: Mapping[str, Any], actor: Actor, now: datetime) -> Interaction | None:
    interaction = (
        Interaction.objects.visible_to(actor)
        .open()
        .filter(pk=pk, owner=None)
        .select_for_update(skip_locked=True, of=("self",))
        .first()
    )
    if interaction is None:
        return None
    minutes = int(policy.get("return_after_minutes", 0))
    hand_to(
        interaction,
        actor.pk,
        actor,
        return_at=now + timedelta(minutes=minutes) if minutes else None,
        because="next",
    )
    if interaction.status == Interaction.Status.LOGGED:
        change_status(interaction, Interaction.Status.IN_PROGRESS, actor=actor)
    interaction.refresh_from_db()
    return interaction
