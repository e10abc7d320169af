"""How the queues stand at this moment: what a lead sees from across the room."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Min, Q

from crm.access import Actor, require
from crm.accounts.models import Team
from interactions.models import AgentProfile, AtDesk, Interaction
from interactions.processes.manage_interaction.fitting import loads
from interactions.processes.manage_interaction.handing_out import queues_handing_out
from interactions.processes.manage_interaction.policy import work_policy

SOON = timedelta(hours=1)
# Any number of screens on the wall ask the rows once in this time.
_KEPT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Queue:
    """The open work of one team, or of nobody's; `since` is the longest wait for a first reply."""

    team: int | None
    name: str
    open: int = 0
    soon: int = 0
    late: int = 0
    waiting: int = 0
    since: datetime | None = None
    present: int = 0
    # Of those present, who has as many matters as they have room for.
    full: int = 0
    busy: int = 0
    hands_out: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    """A colleague at their desk: since when, what they have, and how much they have room for."""

    user: int
    name: str
    state: AtDesk
    since: datetime
    has: int
    room: int | None

    @property
    def full(self) -> bool:
        return self.room is not None and self.has >= self.room


@dataclass(frozen=True, slots=True)
class Board:
    """All queues one may see, the most pressed first, and what they come to.

    `seats` are who is available or busy; who has room comes first.
    """

    as_of: datetime
    whole: Queue
    queues: list[Queue]
    seats: list[Seat]


def look_at_board(*, team: int | None = None, now: datetime, actor: Actor) -> Board:
    """The queues one may see now, or the one asked for."""
    require(actor, "interactions.report_interaction")
    teams = _teams(actor, team)
    key = f"board:{'all' if teams is None else sorted(teams)}"
    board: Board | None = cache.get(key)
    if board is None:
        board = _board(teams, now)
        cache.set(key, board, _KEPT_SECONDS)
    return board


def _teams(actor: Actor, team: int | None) -> Collection[int] | None:
    """Nothing means every queue, also the one of matters without a team."""
    everything = actor.has_perm("interactions.view_all_interactions")
    if team is not None:
        return {team} if everything or team in actor.teams else set()
    return None if everything else actor.teams


def _board(teams: Collection[int] | None, now: datetime) -> Board:
    names = dict(Team.objects.values_list("pk", "name"))
    if teams is not None:
        names = {pk: name for pk, name in names.items() if pk in teams}
    seats, sits_in = _seats(names, everybody=teams is None)
    handing_out = set(queues_handing_out())
    counted = {row["team"]: row for row in _counted(teams, now)}
    shown = [*names, *([None] if None in counted else [])]
    queues = [
        Queue(
            **{
                "name": names.get(pk, "") if pk else "",
                "hands_out": pk in handing_out,
                **_heads([seat for seat in seats if pk in sits_in[seat.user]]),
                **counted.get(pk, {"team": pk}),
            }
        )
        for pk in shown
    ]
    return Board(
        now,
        _whole(queues, seats),
        sorted(queues, key=lambda one: (-one.late, -one.soon, -one.open)),
        sorted(seats, key=lambda seat: (seat.state, seat.full, seat.has, seat.name)),
    )


def _heads(seats: Collection[Seat]) -> dict[str, int]:
    available = [seat for seat in seats if seat.state == AtDesk.AVAILABLE]
    return {
        "present": len(available),
        "full": sum(seat.full for seat in available),
        "busy": len(seats) - len(available),
    }


def _seats(teams: Collection[int], *, everybody: bool) -> tuple[list[Seat], Mapping[int, set[int]]]:
    """Who is at their desk in these teams, and in which: a colleague of two is one colleague."""
    here = AgentProfile.objects.exclude(state=AtDesk.AWAY).filter(user__is_active=True)
    sits_in = defaultdict[int, set[int]](set)
    rows = here.filter(user__teams__in=teams).values_list("pk", "user__teams")
    for user_id, team_id in rows:
        sits_in[user_id].add(team_id)
    some = here if everybody else here.filter(pk__in=sits_in.keys())
    profiles = list(some.select_related("user"))
    has, standard = loads([profile.pk for profile in profiles]), work_policy().get("capacity")
    seats = [
        Seat(
            profile.pk,
            str(profile.user),
            AtDesk(profile.state),
            profile.since,
            has.get(profile.pk, 0),
            profile.capacity or standard,
        )
        for profile in profiles
    ]
    return seats, sits_in


def pressure(now: datetime) -> Mapping[str, Q]:
    """What each figure of the board counts among the open ones."""
    return {
        "soon": Q(due_next_at__gte=now, due_next_at__lt=now + SOON),
        "late": Q(due_next_at__lt=now),
        "waiting": Q(status=Interaction.Status.WAITING_CUSTOMER),
        "unanswered": Q(
            first_response_at=None,
            direction=Interaction.Direction.INBOUND,
            status__in=[Interaction.Status.LOGGED, Interaction.Status.IN_PROGRESS],
        ),
    }


def _counted(teams: Collection[int] | None, now: datetime) -> Iterable[Mapping[str, Any]]:
    some = Interaction.objects.filter(removed_at=None).open()
    if teams is not None:
        some = some.filter(team__in=teams)
    of = pressure(now)
    return (
        some.order_by()
        .values("team")
        .annotate(
            open=Count("pk"),
            soon=Count("pk", filter=of["soon"]),
            late=Count("pk", filter=of["late"]),
            waiting=Count("pk", filter=of["waiting"]),
            since=Min("opened_at", filter=of["unanswered"]),
        )
    )


def _whole(queues: list[Queue], seats: list[Seat]) -> Queue:
    return Queue(
        team=None,
        name="",
        open=sum(one.open for one in queues),
        soon=sum(one.soon for one in queues),
        late=sum(one.late for one in queues),
        waiting=sum(one.waiting for one in queues),
        since=min((one.since for one in queues if one.since), default=None),
        hands_out=False,
        **_heads(seats),
    )
