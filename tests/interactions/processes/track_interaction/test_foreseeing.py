"""Foresight: asked before told, told before due, from the queue's own pace, and once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.access import SYSTEM
from crm.events.models import OutboxEvent
from crm.web.models import AgentNotice
from customers.processes.manage_consent import record_consent
from interactions.models import (
    ArmedClock,
    Commitment,
    Interaction,
    InteractionEvent,
    Message,
    QueuePace,
    SlaClock,
)
from interactions.processes.close_interaction import complete
from interactions.processes.track_interaction import (
    fire_due,
    learn_paces,
    make_promise,
    rebuild,
    stand_by,
)
from interactions.processes.track_interaction.foreseeing import forget_paces, outlook
from interactions.processes.update_interaction import transfer
from tests.customers.factories import a_customer, a_team, a_user
from tests.interactions.factories import a_worker, an_interaction, plain_promises, the_clock
from tests.readiness.factories import a_serving_version

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
# One of a hundred is finished each tenth of an hour up to ten hours and a half.
STEADY = [378 * point for point in range(101)]


@pytest.fixture(autouse=True)
def _resolution_only(db: None) -> None:
    plain_promises(targets={"first_response": 10**9, "resolution": 36_000})


def a_pace(seconds: list[int] = STEADY, *, team_id: int | None = None) -> None:
    QueuePace.objects.create(
        team_id=team_id, target="resolution", rule="default", seconds=seconds, finished=100,
        learnt_at=timezone.now(),
    )  # fmt: skip
    forget_paces()


def a_matter(**fields: Any) -> Interaction:
    return an_interaction(
        a_customer(email="priya@example.org"), owner_id=a_user(email="").pk, **fields
    )


def at_risk(matter: Interaction) -> list[dict[str, Any]]:
    rows = InteractionEvent.objects.filter(interaction=matter, type="at_risk").order_by("seq")
    return [row.data for row in rows]


@pytest.mark.req("R-TMI-9")
def test_the_owner_is_asked_once_when_like_matters_would_be_late() -> None:
    # 95 of 100 are in time; after eight hours and a half, three of four of those left.
    a_pace()
    matter = a_matter()

    for hours in (8, 9, 9, 9.1):
        fire_due(10, matter.opened_at + hours * HOUR - timedelta(minutes=18))

    clock = the_clock(matter)
    assert clock.jeopardy_at is not None
    assert abs(clock.jeopardy_at - (clock.started_at + 8.4 * HOUR)) < timedelta(minutes=6)
    (said,) = at_risk(matter)
    assert (said["foreseen"], said["chance"]) == (True, 72)
    asked = AgentNotice.objects.filter(user=matter.owner, dedupe_key=f"clock:{clock.pk}:doubt")
    assert asked.count() == 1
    assert OutboxEvent.objects.filter(name="sla.jeopardy").count() == 1
    assert Message.objects.filter(kind="notice").exists() is False
    assert rebuild(interaction_id=matter.pk) == []


@pytest.mark.req("R-TMI-9", "R-TMI-10")
def test_a_likely_miss_is_told_before_any_stage_with_a_date_the_queue_keeps() -> None:
    # Half of the queue needs twice the time: in doubt and unlikely as soon as anybody may ask.
    a_pace([36_000 * 2 * point // 100 for point in range(101)])
    matter = a_matter()
    clock = the_clock(matter)

    fire_due(10, matter.opened_at + 2.5 * HOUR + timedelta(seconds=1))

    message = Message.objects.get(kind="notice")
    assert (message.recipient, message.channel) == ("priya@example.org", "email")
    first, second = Commitment.objects.filter(clock=clock).order_by("number")
    assert (first.due_at, first.outcome) == (clock.due_at, "open")
    assert second.due_at is not None
    assert first.due_at is not None
    # Of those open after 2.5 h of 20 h, three of four are done 13.1 h later.
    assert abs(second.due_at - (matter.opened_at + 15.6 * HOUR)) < timedelta(minutes=15)
    assert message.available_at < first.due_at


@pytest.mark.req("R-TMI-9", "R-CIM-18")
def test_a_customer_who_may_not_be_written_to_is_called_instead() -> None:
    a_pace([36_000 * 2 * point // 100 for point in range(101)])
    matter = a_matter()
    assert matter.customer is not None
    assert matter.customer.party_id is not None
    record_consent(
        party_id=matter.customer.party_id, purpose_key="service", given=False, source="test",
        actor=SYSTEM,
    )  # fmt: skip

    fire_due(10, matter.opened_at + 3 * HOUR)

    assert Message.objects.filter(kind="notice").exists() is False
    assert AgentNotice.objects.filter(dedupe_key__contains=":call:").count() == 1


def test_a_quick_queue_is_never_in_doubt() -> None:
    a_pace([36 * point for point in range(101)])
    matter = a_matter()

    fire_due(10, matter.opened_at + 8.9 * HOUR)

    assert at_risk(matter) == []


def test_its_own_team_says_more_than_everybody() -> None:
    slow, quick = a_team("slow"), a_team("quick")
    a_pace([36 * point for point in range(101)])
    a_pace([36_000 * 2 * point // 100 for point in range(101)], team_id=slow.pk)
    matter = a_matter(team_id=quick.pk)
    assert ArmedClock.objects.get(clock=the_clock(matter)).stage == 50

    transfer(interaction_id=matter.pk, team_id=slow.pk, actor=a_worker())

    armed = ArmedClock.objects.get(clock=the_clock(matter))
    assert armed.next_fire_at == the_clock(matter).started_at + 2.5 * HOUR
    assert armed.stage in {1, 2}


def test_a_promise_made_by_the_agent_ends_the_doubt() -> None:
    a_pace()
    matter = a_matter()
    make_promise(
        clock_id=the_clock(matter).pk, due_at=timezone.now() + 14 * HOUR, reason="parts",
        actor=SYSTEM,
    )  # fmt: skip

    fire_due(10, matter.opened_at + 9 * HOUR)

    assert at_risk(matter) == []
    assert Commitment.objects.count() == 3


def test_after_an_outage_over_the_due_time_nothing_is_foreseen_any_more() -> None:
    a_pace()
    matter = a_matter()

    fire_due(10, matter.opened_at + 11 * HOUR)

    assert [data.get("foreseen") for data in at_risk(matter)] == []
    assert the_clock(matter).predicted_end_at is None
    assert OutboxEvent.objects.filter(name="sla.breached").count() == 1


@pytest.mark.req("R-TMI-6")
def test_another_predictor_takes_effect_without_a_change_of_code() -> None:
    a_pace()
    a_serving_version(
        "jeopardy.predictor",
        {"ask_below": 94, "tell_below": 10, "earliest_percent": 1, "date_kept_by": 75,
         "window_days": 28, "least": 30, "targets": ["resolution"]},
    )  # fmt: skip

    asked = outlook(the_clock(a_matter()))

    assert asked is not None
    assert asked.asked_from(36_000) == pytest.approx(0.205 * 37_800, rel=0.02)


def test_paces_are_learnt_from_what_each_team_finished_and_only_when_it_was_enough() -> None:
    a_serving_version(
        "jeopardy.predictor",
        {"ask_below": 75, "tell_below": 50, "earliest_percent": 25, "date_kept_by": 75,
         "window_days": 28, "least": 3, "targets": ["resolution"]},
    )  # fmt: skip
    few, many = a_team("few"), a_team("many")
    for hours, team in ((1, few), (2, many), (3, many), (4, many)):
        one = a_matter(ago=hours * HOUR, team_id=team.pk)
        complete(interaction_id=one.pk, outcome="resolved", actor=SYSTEM)

    assert learn_paces(timezone.now()) == 2

    found = {row.team_id: row for row in QueuePace.objects.all()}
    assert set(found) == {None, many.pk}
    assert (found[None].finished, found[many.pk].finished) == (4, 3)
    assert [round(found[many.pk].seconds[i] / 3600) for i in (0, 50, 100)] == [2, 3, 4]
    assert learn_paces(timezone.now()) == 0


def test_a_fold_asks_for_paces_once_a_minute_only() -> None:
    a_pace()
    a_matter()

    with CaptureQueriesContext(connection) as captured:
        a_matter()

    assert [q for q in captured if "queuepace" in q["sql"]] == []


@pytest.mark.req("R-TMI-10")
def test_a_silent_miss_is_told_after_half_an_hour_where_notices_are_left_to_people() -> None:
    plain_promises(
        targets={"first_response": 10**9, "resolution": 36_000},
        customer_notice={
            "automatic": False, "stage": 90, "targets": ["resolution"], "extend_percent": 50,
            "silent_after_seconds": 1800,
        },
    )  # fmt: skip
    matter = a_matter()

    fire_due(10, matter.opened_at + 10.4 * HOUR)
    assert Message.objects.filter(kind="notice").exists() is False
    for _ in range(2):
        fire_due(10, matter.opened_at + 10.5 * HOUR + timedelta(seconds=1))

    assert Message.objects.filter(kind="notice").count() == 1
    assert Commitment.objects.get(number=2).origin == "auto"


def test_who_said_something_after_the_miss_is_not_talked_over() -> None:
    plain_promises(
        targets={"first_response": 10**9, "resolution": 36_000},
        customer_notice={
            "automatic": False, "stage": 90, "targets": ["resolution"],
            "silent_after_seconds": 1800,
        },
    )  # fmt: skip
    matter = a_matter(ago=10.6 * HOUR)
    InteractionEvent.objects.create(
        interaction=matter, seq=99, type="agent_reply", actor_name="Ana",
        occurred_at=timezone.now() - timedelta(minutes=20),
    )  # fmt: skip

    fire_due(10, timezone.now())

    assert SlaClock.objects.get(target="resolution").state == "breached"
    assert Commitment.objects.count() == 2
    assert Message.objects.filter(kind="notice").exists() is False


@pytest.mark.req("R-TMI-9")
def test_an_agent_who_knows_better_stops_the_machine_but_no_stage_of_the_policy() -> None:
    a_pace()
    matter = a_matter()
    fire_due(10, matter.opened_at + 8.5 * HOUR)
    assert the_clock(matter).predicted_end_at is not None

    for _ in range(2):
        stand_by(clock_id=the_clock(matter).pk, actor=SYSTEM)
    fire_due(10, matter.opened_at + 8.9 * HOUR)

    assert the_clock(matter).predicted_end_at is None
    assert InteractionEvent.objects.filter(type="stood_by").count() == 1
    assert Message.objects.filter(kind="notice").exists() is False
    fire_due(10, matter.opened_at + 9 * HOUR)
    assert Message.objects.filter(kind="notice").count() == 1
