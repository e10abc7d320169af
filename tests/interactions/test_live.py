"""Who hears of an interaction: exactly those who may see it."""

from uuid import uuid4

import pytest

from crm.access import SYSTEM, actor_for
from crm.live.topics import rooms_of
from interactions.models import Interaction
from interactions.processes.update_interaction import assign
from tests.customers.factories import a_team, a_user
from tests.interactions.factories import a_worker, an_interaction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def test_page_hears_its_matter_only_if_its_reader_may_see_it() -> None:
    team = a_team()
    one = an_interaction()
    Interaction.objects.filter(pk=one.pk).update(team=team)
    mine = a_user("interactions.view_interaction")
    mine.teams.add(team)
    theirs = a_user("interactions.view_interaction")

    assert rooms_of(f"interaction:{one.public_id}", actor_for(mine)) == {f"interaction:{one.pk}"}
    assert rooms_of(f"readers:{one.public_id}", actor_for(mine)) == {f"readers:{one.pk}"}
    assert rooms_of(f"interaction:{one.public_id}", actor_for(theirs)) == frozenset()
    for key in (str(uuid4()), "17", ""):
        assert rooms_of(f"interaction:{key}", actor_for(mine)) == frozenset()


def test_desk_hears_its_teams_and_what_is_ones_own() -> None:
    team = a_team()
    user = a_user("interactions.view_interaction")
    user.teams.add(team)

    assert rooms_of("queue", actor_for(user)) == {f"queue:team:{team.pk}", f"queue:user:{user.pk}"}
    assert rooms_of("queue:mine", actor_for(user)) == {f"queue:user:{user.pk}"}
    assert rooms_of("queue:mine", actor_for(a_user())) == frozenset()
    assert rooms_of("queue", a_worker()) == {"queue:all"}
    assert rooms_of("queue", actor_for(a_user())) == frozenset()


def test_whoever_loses_a_matter_hears_of_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = (a_user(role="agent") for _n in range(2))
    one = an_interaction(owner_id=before.pk)
    called: set[str] = set()
    monkeypatch.setattr("interactions.live.call", called.update)

    assign(interaction_id=one.pk, owner_id=after.pk, actor=SYSTEM)

    assert {f"queue:user:{before.pk}", f"queue:user:{after.pk}", "queue:all"} <= called
