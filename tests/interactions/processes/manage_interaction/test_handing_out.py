"""A queue that hands out: to who is available and fits, in turn, up to their room, exactly once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.access import Actor
from crm.accounts.models import Team, User
from crm.web.models import AgentNotice
from interactions.governed import working
from interactions.models import AgentProfile, Availability, Call, Interaction
from interactions.processes.close_interaction import complete
from interactions.processes.manage_interaction import (
    hand_out,
    leave_when_silent,
    queues_handing_out,
    return_unanswered,
    set_at_desk,
)
from interactions.processes.track_interaction import rebuild
from interactions.processes.update_interaction import assign
from interactions.tasks import hand_out_waiting
from tests.customers.factories import a_customer, a_party, a_team
from tests.interactions.factories import a_worker, an_interaction, plain_promises
from tests.racing import at_once
from tests.readiness.factories import a_serving_version

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def handing_out(team: Team, **changes: Any) -> None:
    plain_promises()
    a_serving_version("work.policy", {**working.BASELINE, "handing_out": [team.slug], **changes})


def at_desk(team: Team, state: str = "available", **fields: Any) -> Actor:
    worker = a_worker(teams=(team,))
    set_at_desk(state=state, actor=worker)
    AgentProfile.objects.filter(user=worker.pk).update(**fields)
    return worker


def owners(*some: Interaction) -> list[int | None]:
    found = dict(Interaction.objects.values_list("pk", "owner"))
    return [found[one.pk] for one in some]


@pytest.mark.req("R-TMI-1")
def test_the_soonest_due_is_handed_first_and_who_waits_longest_is_next() -> None:
    team = a_team()
    handing_out(team)
    first, second = at_desk(team), at_desk(team)
    later, urgent, middle = (
        an_interaction(team_id=team.pk, ago=ago) for ago in (HOUR / 6, 3 * HOUR, HOUR)
    )

    assert hand_out_waiting() == 3

    assert owners(urgent, middle, later) == [first.pk, second.pk, first.pk]
    one = Interaction.objects.get(pk=urgent.pk)
    assert one.return_at is not None
    assert rebuild(interaction_id=one.pk) == []
    # The turn goes on where it stopped, also in the next tick.
    again = an_interaction(team_id=team.pk)
    hand_out_waiting()
    assert owners(again) == [second.pk]


def test_a_queue_nobody_set_to_hand_out_is_left_to_be_taken_from() -> None:
    team, other = a_team(), a_team()
    handing_out(other)
    at_desk(team)
    waiting = an_interaction(team_id=team.pk)

    assert queues_handing_out() == [other.pk]
    assert hand_out_waiting() == 0
    assert owners(waiting) == [None]


@pytest.mark.parametrize("state", ["busy", "away"])
def test_only_who_is_available_is_handed_work(state: str) -> None:
    team = a_team()
    handing_out(team)
    at_desk(team, state)
    at_desk(a_team())
    waiting = an_interaction(team_id=team.pk)

    assert hand_out_waiting() == 0
    assert owners(waiting) == [None]


def test_nobody_gets_more_than_they_have_room_for() -> None:
    team = a_team()
    handing_out(team)
    worker = at_desk(team, capacity=2)
    an_interaction(owner_id=worker.pk)
    some = [an_interaction(team_id=team.pk) for _ in range(3)]

    assert hand_out_waiting() == 1
    assert owners(*some) == [worker.pk, None, None]


def test_skill_and_language_decide_and_what_fits_nobody_stops_nobody() -> None:
    team = a_team()
    handing_out(team)
    worker = at_desk(team, skills=["billing"])
    User.objects.filter(pk=worker.pk or 0).update(languages_spoken=["en"])
    welsh = an_interaction(
        a_customer(party=a_party(language="cy")), verticals=["billing"], team_id=team.pk,
        ago=3 * HOUR,
    )  # fmt: skip
    other = an_interaction(verticals=["fulfilment"], team_id=team.pk, ago=2 * HOUR)
    mine = an_interaction(
        a_customer(party=a_party(language="en-GB")), verticals=["billing"], team_id=team.pk
    )

    assert hand_out_waiting() == 1
    assert owners(welsh, other, mine) == [None, None, worker.pk]


def test_pages_go_on_after_what_fits_nobody() -> None:
    team = a_team()
    handing_out(team)
    at_desk(team, skills=["billing"])
    for _ in range(3):
        an_interaction(verticals=["fulfilment"], team_id=team.pk, ago=HOUR)
    an_interaction(verticals=["billing"], team_id=team.pk)

    page, seen = None, 0
    while True:
        handed = hand_out(team.pk, 2, timezone.now(), after=page)
        seen, page = seen + handed.count, handed.after
        if page is None:
            break

    assert seen == 1


def test_a_customer_goes_to_the_colleague_who_knows_them() -> None:
    team, friend = a_team(), a_customer()
    handing_out(team)
    stranger, priya = at_desk(team), at_desk(team, handed_at=timezone.now())
    known = an_interaction(friend, owner_id=priya.pk)
    complete(interaction_id=known.pk, outcome="resolved", actor=priya)
    again = an_interaction(friend, team_id=team.pk)
    other = an_interaction(team_id=team.pk)

    hand_out_waiting()

    assert owners(again, other) == [priya.pk, stranger.pk]


def test_it_waits_a_little_for_who_knows_the_customer_and_has_no_room() -> None:
    team, friend = a_team(), a_customer()
    handing_out(team)
    stranger, priya = at_desk(team), at_desk(team, capacity=1)
    an_interaction(friend, owner_id=priya.pk, ago=HOUR)
    fresh = an_interaction(friend, team_id=team.pk)

    hand_out_waiting()
    assert owners(fresh) == [None]

    Interaction.objects.filter(pk=fresh.pk).update(opened_at=timezone.now() - HOUR / 2)
    hand_out_waiting()
    assert owners(fresh) == [stranger.pk]


@pytest.mark.parametrize("state", ["answered", "ended"])
def test_who_is_on_the_phone_or_has_a_call_to_wrap_up_is_passed_by(state: str) -> None:
    team = a_team()
    handing_out(team)
    worker = at_desk(team)
    Call.objects.create(
        source="x", external_id="c-1", direction="inbound", state=state, agent_id=worker.pk
    )
    an_interaction(team_id=team.pk)

    assert hand_out_waiting() == 0


def test_what_lay_unanswered_goes_to_somebody_else_first() -> None:
    team = a_team()
    handing_out(team)
    slow, quick = at_desk(team), at_desk(team, handed_at=timezone.now() + 9 * HOUR)
    one = an_interaction(team_id=team.pk)
    hand_out_waiting()
    assert owners(one) == [slow.pk]

    return_unanswered(10, timezone.now() + 5 * HOUR)
    hand_out_waiting()

    assert owners(one) == [quick.pk]


def test_who_put_it_back_is_not_handed_it_again() -> None:
    team = a_team()
    handing_out(team)
    worker = at_desk(team)
    one = an_interaction(team_id=team.pk)
    hand_out_waiting()

    assign(interaction_id=one.pk, owner_id=None, actor=worker)
    hand_out_waiting()
    assert owners(one) == [None]

    other = at_desk(team)
    hand_out_waiting()
    assert owners(one) == [other.pk]


def test_nothing_waits_for_somebody_of_another_team_who_knows_the_customer() -> None:
    team, friend = a_team(), a_customer()
    handing_out(team)
    worker, elsewhere = at_desk(team), at_desk(a_team())
    an_interaction(friend, owner_id=elsewhere.pk, ago=HOUR)
    fresh = an_interaction(friend, team_id=team.pk)

    hand_out_waiting()

    assert owners(fresh) == [worker.pk]


def test_who_is_handed_work_is_told_on_screen_once() -> None:
    team = a_team()
    handing_out(team)
    worker = at_desk(team)
    one = an_interaction(team_id=team.pk)

    hand_out_waiting()
    hand_out_waiting()

    (notice,) = AgentNotice.objects.filter(user=worker.pk)
    assert one.reference in notice.title
    assert "goes back" in notice.body


@pytest.mark.django_db(transaction=True)
def test_two_workers_hand_each_matter_out_once_and_fill_nobody_beyond_their_room() -> None:
    team = a_team()
    handing_out(team)
    people = [at_desk(team, capacity=3) for _ in range(3)]
    some = [an_interaction(team_id=team.pk) for _ in range(12)]

    assert at_once(*[hand_out_waiting] * 4) == []
    hand_out_waiting()

    given = [owner for owner in owners(*some) if owner is not None]
    assert sorted(given) == sorted([person.pk or 0 for person in people] * 3)
    assigned = [one.events.filter(type="assigned").count() for one in some]
    assert sum(assigned) == 9


def test_a_silent_colleague_is_away_and_reads_why() -> None:
    team = a_team()
    handing_out(team)
    worker = at_desk(team, seen_at=timezone.now() - HOUR)
    looking = at_desk(team)

    assert leave_when_silent(10, timezone.now()) == 1

    last = Availability.objects.get(agent=worker.pk, until=None)
    assert (last.state, last.because) == ("away", "silent")
    assert AgentProfile.objects.get(user=looking.pk).state == "available"
    assert AgentNotice.objects.filter(user=worker.pk).count() == 1


def test_who_talks_is_not_silent() -> None:
    team = a_team()
    handing_out(team)
    worker = at_desk(team, seen_at=timezone.now() - HOUR)
    Call.objects.create(
        source="x", external_id="c-1", direction="inbound", state="answered", agent_id=worker.pk
    )

    leave_when_silent(10, timezone.now())

    assert AgentProfile.objects.get(user=worker.pk).state == "available"
    assert leave_when_silent(10, timezone.now()) == 0
