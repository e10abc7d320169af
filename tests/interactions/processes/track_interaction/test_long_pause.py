"""Nothing stands still for ever: the longest pause ends by itself, and leads are told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from crm.web.models import AgentNotice
from interactions.clock import zones
from interactions.models import ArmedClock, Interaction, InteractionEvent, SlaClock
from interactions.processes.track_interaction import fire_due, follow_zone_rules, rebuild
from interactions.processes.update_interaction import add_message, ask_customer, wait_for
from tests.customers.factories import a_user
from tests.interactions.factories import an_interaction, plain_promises, the_clock

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _two_hours_at_most(db: None) -> None:
    plain_promises(targets={"first_response": 10**9, "resolution": 36_000}, max_pause_seconds=7200)


def waiting(whom: str = "customer") -> Interaction:
    matter = an_interaction(ago=timedelta(minutes=1))
    if whom == "customer":
        ask_customer(
            interaction_id=matter.pk, question="Which lamp?",
            due_at=timezone.now() + timedelta(days=3), on_silence="proceed", actor=SYSTEM,
        )  # fmt: skip
    else:
        wait_for(interaction_id=matter.pk, whom=whom, actor=SYSTEM)
    return matter


def ended() -> int:
    return InteractionEvent.objects.filter(type="pause_ended").count()


@pytest.mark.req("R-TMI-5", "R-TMI-11")
@pytest.mark.parametrize("whom", ["customer", "partner"])
def test_the_clock_goes_on_when_the_longest_pause_is_over_and_leads_hear_of_it(whom: str) -> None:
    lead = a_user(role="team-lead")
    matter = waiting(whom)
    assert the_clock(matter).due_at is None
    later = timezone.now() + 2 * HOUR + timedelta(seconds=2)

    for _ in range(2):
        fire_due(10, later)
    # What it says happened at its own time; until then nobody is told else.
    assert ended() == 1
    assert AgentNotice.objects.filter(user=lead, dedupe_key__contains="long-pause").count() == 1


def test_before_that_it_stands_still() -> None:
    matter = waiting()

    fire_due(10, timezone.now() + 1.9 * HOUR)

    assert (ended(), the_clock(matter).state) == (0, "paused")


def test_an_answer_in_time_leaves_nothing_to_end() -> None:
    matter = waiting()
    add_message(interaction_id=matter.pk, body="The red one", direction="inbound", actor=SYSTEM)

    fire_due(10, timezone.now() + 3 * HOUR)

    assert ended() == 0
    assert rebuild(interaction_id=matter.pk) == []


@pytest.mark.req("R-TMI-5")
def test_new_rules_of_time_zones_are_followed_once_by_what_runs() -> None:
    matter = an_interaction()
    clock = the_clock(matter)
    assert clock.zone_rules == zones.rules_version() != ""
    SlaClock.objects.filter(pk=clock.pk).update(zone_rules="1970a", due_at=timezone.now())

    assert follow_zone_rules(10) == 1

    assert the_clock(matter).due_at == clock.due_at
    assert follow_zone_rules(10) == 0
    assert ArmedClock.objects.filter(clock=clock).exists()


def test_new_rules_of_time_zones_reach_all_but_a_matter_that_can_not_be_reckoned() -> None:
    bad, good = an_interaction(), an_interaction()
    SlaClock.objects.update(zone_rules="1970a")
    InteractionEvent.objects.create(
        interaction=bad, seq=99, type="retargeted", occurred_at=bad.opened_at, actor_name="x",
        data={"policy_version": "nobody knows", "mode": "carry"},
    )  # fmt: skip

    assert follow_zone_rules(10) == 1
    assert the_clock(good).zone_rules == zones.rules_version()
    assert follow_zone_rules(10) == 0
