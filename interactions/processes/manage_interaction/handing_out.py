"""Queues that hand out: what waits goes to who is available and fits, in turn, up to their room."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q

from crm.access import SYSTEM
from crm.accounts.models import Team, User
from interactions.models import AgentProfile, AtDesk, Interaction, InteractionEvent
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
from interactions.processes.manage_interaction.returning import UNANSWERED
from interactions.processes.notify_customer.colleagues import tell_handed
from interactions.processes.update_interaction.handing import hand_to

_TICK: Final = timedelta(microseconds=1)
_BACKEND: Final = "crm.accounts.backends.NameOrEmailBackend"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a queue was gone through: after this time, and this matter."""

    due: datetime | None
    pk: int


@dataclass(frozen=True, slots=True)
class Handed:
    """One page of a queue: how many found somebody, and where to go on; None ends the round."""

    count: int
    after: Place | None = None


@dataclass(slots=True)
class _Seat:
    """A colleague who takes work now, as the round goes on."""

    who: Colleague
    profile: AgentProfile
    room: int | None
    handed: list[int] = field(default_factory=list)

    @property
    def full(self) -> bool:
        return self.room is not None and len(self.handed) >= self.room

    @property
    def waits_since(self) -> float:
        at = self.profile.handed_at
        return at.timestamp() if at else 0.0


def queues_handing_out() -> list[int]:
    """The teams whose queue hands out; all others are taken from."""
    named = work_policy().get("handing_out") or []
    return list(Team.objects.filter(slug__in=named).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def hand_out(team_id: int, limit: int, now: datetime, *, after: Place | None = None) -> Handed:
    """Hand at most `limit` waiting matters of one queue to colleagues, the soonest due first.

    Matters and colleagues are claimed, never waited for: of two workers one hands a matter out,
    and one hands to a colleague at a time, so that nobody gets more than they have room for.
    """
    policy = work_policy()
    rows = _waiting(team_id, limit, after)
    if not rows:
        return Handed(0)
    seats, here = _seats(team_id, policy, now)
    turn, count = _Turn(rows, seats, here, policy, now), 0
    for one in rows:
        seat = turn.whose(one)
        if seat is not None:
            _hand(one, seat, policy, now + count * _TICK)
            count += 1
    last = rows[-1]
    if len(rows) < limit or all(seat.full for seat in seats):
        return Handed(count)
    return Handed(count, Place(last.due_next_at, last.pk))


class _Turn:
    """Whose turn it is for each matter of a page; what it asks is asked once for all of them."""

    def __init__(
        self,
        rows: Sequence[Interaction],
        seats: Sequence[_Seat],
        here: frozenset[int],
        policy: Mapping[str, Any],
        now: datetime,
    ) -> None:
        some = list(rows) if seats else []
        self._seats, self._here, self._now = seats, here, now
        self._languages = wished_languages(some)
        self._last = last_owners(some, policy, now)
        self._let_lie, self._put_back = _had_before(some)
        self._kept_for = timedelta(minutes=int(policy.get("sticky_minutes", 0)))

    def whose(self, one: Interaction) -> _Seat | None:
        """Who knows the customer, else who waits longest; who let it lie before comes last.

        Who put it back is not handed it again: they said that it is not for them.
        """
        known_to, _there = self._last.get(one.customer_id or 0, (None, False))
        lay_with, not_for = self._let_lie[one.pk], self._put_back[one.pk]
        fitting = [
            seat
            for seat in self._seats
            if not seat.full and seat.who.pk not in not_for and fits(one, seat.who, self._languages)
        ]
        if known_to in self._here - lay_with - not_for and self._is_fresh(one):
            fitting = [seat for seat in fitting if seat.who.pk == known_to]
        return min(
            fitting,
            key=lambda seat: (
                seat.who.pk in lay_with,
                seat.who.pk != known_to,
                seat.waits_since,
                seat.who.pk,
            ),
            default=None,
        )

    def _is_fresh(self, one: Interaction) -> bool:
        """It waits a little for who knows the customer, if they are here."""
        return self._now < one.opened_at + self._kept_for


def _waiting(team_id: int, limit: int, after: Place | None) -> list[Interaction]:
    found = (
        Interaction.objects.filter(team=team_id, owner=None, snoozed_until=None, removed_at=None)
        .open()
        .exclude(status__in=WAITING)
    )
    if after is not None and after.due is None:
        found = found.filter(due_next_at=None, pk__gt=after.pk)
    elif after is not None:
        found = found.filter(
            Q(due_next_at=None)
            | Q(due_next_at__gt=after.due)
            | Q(due_next_at=after.due, pk__gt=after.pk)
        )
    return list(
        found.select_related("customer__party", "reason")
        .order_by("due_next_at", "pk")
        .select_for_update(skip_locked=True, of=("self",))[:limit]
    )


def _seats(
    team_id: int, policy: Mapping[str, Any], now: datetime
) -> tuple[list[_Seat], frozenset[int]]:
    """Who is available in this team and may work; and of them who has room and does not talk."""
    may = User.objects.with_perm("interactions.update_interaction", backend=_BACKEND)
    profiles = list(
        AgentProfile.objects.filter(
            state=AtDesk.AVAILABLE, user__in=may.filter(is_partner=False, teams=team_id)
        )
        .select_related("user")
        .order_by(F("handed_at").asc(nulls_first=True), "pk")
        .select_for_update(skip_locked=True, of=("self",))
    )
    pks = [profile.user_id for profile in profiles]
    has, talking = loads(pks), on_the_phone(pks, now)
    seats = [
        _Seat(colleague(profile.user, profile), profile, room)
        for profile in profiles
        if profile.user_id not in talking
        and (room := _room(profile, policy, has.get(profile.user_id, 0))) != 0
    ]
    return seats, frozenset(pks)


def _room(profile: AgentProfile, policy: Mapping[str, Any], has: int) -> int | None:
    capacity = profile.capacity or policy.get("capacity")
    return None if capacity is None else max(int(capacity) - has, 0)


def _had_before(
    some: Sequence[Interaction],
) -> tuple[Mapping[int, set[int]], Mapping[int, set[int]]]:
    """Who had each matter and did not answer in time, and who put it back themselves."""
    rows = InteractionEvent.objects.filter(
        interaction__in=[one.pk for one in some], type="assigned", data__new=None
    ).values_list("interaction", "actor_id", "data__old", "data__because")
    let_lie, put_back = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    for pk, actor, owner, because in rows:
        if because == UNANSWERED:
            let_lie[pk].add(owner)
        elif actor == owner:
            put_back[pk].add(owner)
    return let_lie, put_back


def _hand(one: Interaction, seat: _Seat, policy: Mapping[str, Any], now: datetime) -> None:
    minutes = int(policy.get("return_after_minutes", 0))
    back = now + timedelta(minutes=minutes) if minutes else None
    hand_to(one, seat.who.pk, SYSTEM, return_at=back, because="handed out")
    tell_handed(interaction=one, owner=seat.profile.user, back_at=back, at=now)
    seat.handed.append(one.pk)
    seat.profile.handed_at = now
    seat.profile.save(update_fields=["handed_at"])
