"""Take next: the most urgent one that fits me, never the same for two, back if not answered."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.access import Actor, actor_for
from crm.accounts.models import User
from crm.errors import RuleBroken
from crm.web.models import AgentNotice
from interactions.models import AgentProfile, Call, Interaction
from interactions.processes.close_interaction import complete
from interactions.processes.manage_interaction import (
    return_unanswered,
    set_at_desk,
    take_next,
)
from interactions.processes.track_interaction import rebuild
from interactions.processes.update_interaction import add_message, assign
from tests.customers.factories import a_customer, a_party, a_team
from tests.interactions.factories import a_worker, an_interaction, plain_promises
from tests.racing import at_once

HOUR = timedelta(hours=1)


@pytest.fixture
def _plain(plain: None) -> None:
    """Promises that can be reckoned in the head."""


def profile(actor: Actor, **fields: Any) -> AgentProfile:
    return AgentProfile.objects.create(user_id=actor.pk or 0, **({"state": "available"} | fields))


def taken(actor: Actor) -> int | None:
    one = take_next(actor=actor)
    return one.pk if one else None


@pytest.mark.django_db
@pytest.mark.usefixtures("_plain")
class TestWhichOne:
    @pytest.mark.parametrize(("state", "refused"), [("ended", True), ("answered", False)])
    def test_a_call_is_wrapped_up_before_the_next_is_taken(self, state: str, refused: bool) -> None:
        worker, waiting = a_worker(), an_interaction()
        call = Call.objects.create(
            source="x", external_id="c-1", direction="inbound", state=state, agent_id=worker.pk
        )

        if refused:
            with pytest.raises(RuleBroken, match="waits for its wrap-up"):
                take_next(actor=worker)
            call.wrap_up, call.wrapped_at = "resolved", timezone.now()
            call.save(update_fields=["wrap_up", "wrapped_at"])

        assert taken(worker) == waiting.pk

    @pytest.mark.req("R-TMI-1")
    def test_the_most_urgent_that_nobody_has_comes_first(self) -> None:
        worker = a_worker()
        an_interaction(owner_id=a_worker().pk, ago=9 * HOUR)
        later, first = an_interaction(), an_interaction(ago=2 * HOUR)

        one = take_next(actor=worker)

        assert one is not None
        assert (one.pk, one.owner_id, one.status) == (first.pk, worker.pk, "in_progress")
        assert one.return_at is not None
        assert rebuild(interaction_id=one.pk) == []
        assert taken(worker) == later.pk
        assert taken(worker) is None

    def test_what_needs_another_skill_or_language_is_left_for_others(self) -> None:
        welsh = a_customer(party=a_party(language="cy"))
        an_interaction(welsh, verticals=["billing"], ago=3 * HOUR)
        an_interaction(verticals=["fulfilment"], ago=2 * HOUR)
        mine = an_interaction(a_customer(party=a_party(language="en-GB")), verticals=["billing"])
        worker = a_worker()
        User.objects.filter(pk=worker.pk or 0).update(languages_spoken=["en", "de"])
        profile(worker, skills=["billing"])

        assert taken(worker) == mine.pk
        assert taken(worker) is None

    def test_room_is_what_the_profile_or_the_policy_gives(self) -> None:
        worker = a_worker()
        profile(worker, capacity=1)
        waiting = an_interaction(owner_id=worker.pk)
        Interaction.objects.filter(pk=waiting.pk).update(status="waiting_partner")
        an_interaction()
        an_interaction()
        assert taken(worker) is not None

        with pytest.raises(RuleBroken) as refused:
            take_next(actor=worker)

        assert refused.value.code == "no-room"

    def test_who_is_away_gets_nothing_until_they_are_back(self) -> None:
        worker = a_worker()
        one = an_interaction()
        set_at_desk(state="away", actor=worker)

        with pytest.raises(RuleBroken) as refused:
            take_next(actor=worker)
        assert refused.value.code == "you-are-away"

        assert set_at_desk(state="available", actor=worker).state == "available"
        assert taken(worker) == one.pk

    def test_a_customer_i_know_comes_before_equally_urgent_strangers(self) -> None:
        worker, friend = a_worker(), a_customer()
        known = an_interaction(friend, owner_id=worker.pk)
        complete(interaction_id=known.pk, outcome="resolved", actor=worker)
        an_interaction(ago=HOUR / 2)
        again = an_interaction(friend)

        assert taken(worker) == again.pk

    def test_a_new_matter_waits_a_little_for_the_colleague_who_knows_the_customer(self) -> None:
        priya, worker, friend = a_worker(), a_worker(), a_customer()
        profile(priya)
        an_interaction(friend, owner_id=priya.pk, ago=HOUR)
        fresh = an_interaction(friend)

        assert taken(worker) is None

        Interaction.objects.filter(pk=fresh.pk).update(opened_at=timezone.now() - HOUR / 2)
        assert taken(worker) == fresh.pk

    def test_teams_take_their_own_and_what_is_nobodys(self) -> None:
        mine, theirs = a_team(), a_team()
        worker = a_worker(teams=(mine,))
        an_interaction(team_id=theirs.pk, ago=3 * HOUR)
        one = an_interaction(team_id=mine.pk)

        assert taken(worker) == one.pk
        assert taken(worker) is None

    def test_a_partner_system_takes_nothing(self) -> None:
        an_interaction()
        partner = a_worker()
        User.objects.filter(pk=partner.pk or 0).update(is_partner=True)

        with pytest.raises(RuleBroken):
            take_next(actor=actor_for(User.objects.get(pk=partner.pk or 0)))


@pytest.mark.django_db
@pytest.mark.usefixtures("_plain")
class TestGoingBack:
    def test_what_nobody_answered_goes_back_and_its_owner_hears_of_it(self) -> None:
        worker = a_worker()
        one = an_interaction()
        take_next(actor=worker)

        assert return_unanswered(10, timezone.now()) == 0
        assert return_unanswered(10, timezone.now() + 5 * HOUR) == 1

        one.refresh_from_db()
        assert (one.owner_id, one.return_at) == (None, None)
        assert one.events.order_by("-seq")[0].data["because"] == "unanswered"
        assert AgentNotice.objects.filter(user=worker.pk).count() == 1
        assert rebuild(interaction_id=one.pk) == []

    @pytest.mark.parametrize("how", ["answered", "handed over"])
    def test_what_is_answered_or_handed_over_stays(self, how: str) -> None:
        worker = a_worker()
        one = an_interaction()
        take_next(actor=worker)
        if how == "answered":
            add_message(interaction_id=one.pk, body="On it.", channel="phone", actor=worker)
        else:
            assign(interaction_id=one.pk, owner_id=a_worker().pk, actor=worker)

        assert return_unanswered(10, timezone.now() + 5 * HOUR) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("R-TMI-1")
def test_two_who_press_at_once_never_get_the_same() -> None:
    plain_promises()
    matters = {an_interaction().pk for _ in range(4)}
    got: list[int | None] = []
    workers = [a_worker() for _ in range(4)]

    assert at_once(*[lambda w=w: got.append(taken(w)) for w in workers]) == []

    assert set(got) == matters
