"""The board on the wall says how the queues stand, to whom they concern."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.access import SYSTEM, Actor
from crm.accounts.models import Team
from interactions.models import AgentProfile, Interaction
from interactions.processes.report_interaction import Board, look_at_board
from tests.customers.factories import a_user, an_agent
from tests.interactions.factories import an_interaction, governed

pytestmark = pytest.mark.django_db
REPORTS = ("interactions.report_interaction", "interactions.view_interaction")


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    governed()
    cache.clear()
    yield
    cache.clear()


def _team(name: str) -> Team:
    return Team.objects.create(name=name, slug=name)


def _matter(team: Team | None, now: datetime, **fields: object) -> Interaction:
    matter = an_interaction()
    given = {"due_next_at": now + timedelta(days=1), "opened_at": now} | fields
    Interaction.objects.filter(pk=matter.pk).update(team=team, **given)
    return matter


def _look(now: datetime, actor: Actor = SYSTEM, team: int | None = None) -> Board:
    return look_at_board(team=team, now=now, actor=actor)


@pytest.mark.req("R-TMI-1")
def test_every_number_of_a_queue_is_counted() -> None:
    now, first = timezone.now(), _team("first")
    hour = timedelta(hours=1)
    _matter(first, now, due_next_at=now - hour, opened_at=now - 3 * hour)
    _matter(first, now, due_next_at=now + hour / 2, opened_at=now - 9 * hour,
            first_response_at=now - 8 * hour)  # fmt: skip
    _matter(first, now, status="waiting_customer", opened_at=now - 20 * hour)
    _matter(first, now, status="cancelled", closed_at=now)
    for state in ("available", "away"):
        user = a_user()
        user.teams.add(first)
        AgentProfile.objects.create(user=user, state=state)

    queue = next(one for one in _look(now).queues if one.name == "first")

    assert (queue.open, queue.soon, queue.late, queue.waiting) == (3, 1, 1, 1)
    assert (queue.since, queue.present) == (now - 3 * hour, 1)


def test_who_is_at_their_desk_is_shown_with_what_they_have_and_who_has_room_first() -> None:
    now, team = timezone.now(), _team("first")
    people = {}
    for name, fields in (
        ("room", {"state": "available"}),
        ("full", {"state": "available", "capacity": 1}),
        ("busy", {"state": "busy"}),
        ("away", {"state": "away"}),
    ):
        people[name] = a_user(first_name=name)
        people[name].teams.add(team)
        AgentProfile.objects.create(user=people[name], **fields)
    _matter(team, now, owner_id=people["full"].pk)

    board = _look(now)

    assert [(seat.user, seat.full) for seat in board.seats] == [
        (people["room"].pk, False), (people["full"].pk, True), (people["busy"].pk, False)
    ]  # fmt: skip
    queue = next(one for one in board.queues if one.name == "first")
    assert (queue.present, queue.full, queue.busy) == (2, 1, 1)


def test_what_no_team_has_is_a_queue_too_and_the_pressed_come_first() -> None:
    now, calm = timezone.now(), _team("calm")
    _matter(calm, now)
    _matter(None, now, due_next_at=now - timedelta(hours=1))

    board = _look(now)

    assert [one.team for one in board.queues][:2] == [None, calm.pk]
    assert (board.whole.open, board.whole.late) == (2, 1)


def test_a_lead_of_some_teams_sees_those_only() -> None:
    now, mine, other = timezone.now(), _team("mine"), _team("other")
    for team in (mine, other, None):
        _matter(team, now)
    lead = an_agent(*REPORTS)
    lead = Actor(pk=lead.pk, name="Lead", kind="user", permissions=lead.permissions,
                 teams=frozenset({mine.pk}))  # fmt: skip

    assert [one.name for one in _look(now, lead).queues] == ["mine"]
    assert _look(now, lead, other.pk).queues == []


def test_many_screens_ask_the_rows_once() -> None:
    now = timezone.now()
    _look(now)

    with CaptureQueriesContext(connection) as asked:
        _look(now)

    assert len(asked) == 0


def test_the_board_needs_its_permission() -> None:
    with pytest.raises(PermissionDenied):
        _look(timezone.now(), an_agent())
