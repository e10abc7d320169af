"""How the queues stand at this moment: what a lead sees from across the room."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Min, Q

from crm.access import Actor, require
from crm.accounts.models import Team
from interactions.models import AgentProfile, Interaction

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


@dataclass(frozen=True, slots=True)
class Board:
    """All queues one may see, the most pressed first, and what they come to."""

    as_of: datetime
    whole: Queue
    queues: list[Queue]


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
    here = dict(
        AgentProfile.objects.filter(available=True, user__is_active=True, user__teams__in=names)
        .values_list("user__teams")
        .annotate(n=Count("pk", distinct=True))
    )
    counted = {row["team"]: row for row in _counted(teams, now)}
    shown = [*names, *([None] if None in counted else [])]
    queues = [
        Queue(
            **{
                "name": names.get(pk, "") if pk else "",
                "present": here.get(pk, 0),
                **counted.get(pk, {"team": pk}),
            }
        )
        for pk in shown
    ]
    whole = _whole(queues, _present(teams))
    return Board(now, whole, sorted(queues, key=lambda one: (-one.late, -one.soon, -one.open)))


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


def _present(teams: Collection[int] | None) -> int:
    """A colleague of two teams is one colleague."""
    here = AgentProfile.objects.filter(available=True, user__is_active=True)
    if teams is not None:
        here = here.filter(user__teams__in=teams)
    return here.values("pk").distinct().count()


def _whole(queues: list[Queue], present: int) -> Queue:
    return Queue(
        team=None,
        name="",
        open=sum(one.open for one in queues),
        soon=sum(one.soon for one in queues),
        late=sum(one.late for one in queues),
        waiting=sum(one.waiting for one in queues),
        since=min((one.since for one in queues if one.since), default=None),
        present=present,
    )
