"""The duty before the deadline: in time, once, the right people, the new date, the old kept."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.access import SYSTEM
from crm.events.models import OutboxEvent
from crm.web.models import AgentNotice
from customers.models import CommunicationNeed, Customer
from customers.processes.manage_consent import record_consent
from interactions.models import (
    ArmedClock,
    Commitment,
    Interaction,
    InteractionEvent,
    Message,
    StageNotice,
)
from interactions.processes.close_interaction import complete
from interactions.processes.notify_customer import send_due
from interactions.processes.track_interaction import fire_due, rebuild
from interactions.processes.track_interaction.stages import win
from interactions.processes.update_interaction import add_message
from tests.customers.factories import a_customer, a_user
from tests.interactions.factories import a_policy, an_interaction, plain_promises, the_clock
from tests.readiness.factories import a_serving_version

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _resolution_only(db: None) -> None:
    """One promise, ten hours on a calendar that never closes: 90 % is after nine hours."""
    plain_promises()


def a_matter(*, customer: Customer | None = None, **fields: Any) -> Interaction:
    """An answered matter, so that only its resolution clock runs."""
    owner = a_user(email="ana@example.org", username=f"ana-{timezone.now().timestamp()}")
    owner.email = f"{owner.username}@example.org"
    owner.save(update_fields=["email"])
    customer = customer or a_customer(email="priya@example.org")
    logged = an_interaction(customer, owner_id=owner.pk, direction="outbound", **fields)
    Interaction.objects.filter(pk=logged.pk).update(direction="inbound")
    return logged


def tick(at: datetime) -> int:
    return fire_due(100, at)


@pytest.mark.req("R-TMI-9", "R-TMI-10")
def test_before_the_breach_the_customer_is_told_the_new_date_and_the_old_stays() -> None:
    matter = a_matter()
    clock = the_clock(matter)

    tick(matter.opened_at + 9 * HOUR)

    message = Message.objects.get(kind="notice")
    assert (message.recipient, message.state, message.channel) == (
        "priya@example.org",
        "queued",
        "email",
    )
    first, second = Commitment.objects.filter(clock=clock).order_by("number")
    assert (first.origin, first.due_at, first.outcome) == ("policy", clock.due_at, "open")
    assert (second.origin, second.notice, second.number) == ("auto", message, 2)
    assert clock.due_at is not None
    assert second.due_at == clock.due_at + 5 * HOUR
    assert message.capability_version is not None
    assert message.capability_version.slot.key == "notify.template_set"


def test_the_agent_is_told_on_screen_and_by_mail() -> None:
    matter = a_matter()

    tick(matter.opened_at + 9 * HOUR)

    notice = AgentNotice.objects.get(user=matter.owner)
    assert (notice.level, matter.reference in notice.title) == ("warn", True)
    assert notice.url == f"/interactions/{matter.public_id}"
    mail = Message.objects.get(kind="staff")
    assert mail.recipient == matter.owner.email  # type: ignore[union-attr]  # the factory always fills them


@pytest.mark.req("R-TMI-9")
def test_what_is_for_leads_reaches_administrators_while_nobody_leads() -> None:
    administrator = a_user(role="administrator", username="root", email="root@example.org")
    matter = a_matter()

    tick(matter.opened_at + 11 * HOUR)

    told = AgentNotice.objects.filter(level="bad").values_list("user", flat=True)
    assert set(told) == {administrator.pk, matter.owner_id}


@pytest.mark.req("R-TMI-9", "R-TMI-10")
def test_a_machine_whose_clock_steps_back_loses_nothing_and_tells_nothing_twice() -> None:
    matter = a_matter()
    begun = matter.opened_at

    with time_machine.travel(begun, tick=False) as machine:
        for hours in (9.1, 7, 8.9, 9.05, 9.2, 3, 9.3):
            machine.move_to(begun + hours * HOUR)
            tick(timezone.now())
            send_due(20)
        # Handed in while the clock was behind again.
        machine.move_to(begun + 5 * HOUR)
        add_message(interaction_id=matter.pk, body="A note.", kind="note", actor=SYSTEM)
        machine.move_to(begun + 9.4 * HOUR)
        complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)

        assert rebuild(interaction_id=matter.pk) == []
    notices = Message.objects.filter(kind="notice")
    assert [(one.state, one.attempts) for one in notices] == [("sent", 1)]
    assert StageNotice.objects.filter(stage=90, commitment_no=1).count() == 1
    assert dict(Commitment.objects.values_list("number", "outcome")) == {1: "kept", 2: "kept"}
    seqs = list(matter.events.order_by("pk").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


def test_risk_and_breach_are_recorded_once_each() -> None:
    matter = a_matter()

    for hours in (9, 9, 10, 11, 12, 13, 16):
        tick(matter.opened_at + hours * HOUR + timedelta(seconds=2))

    names = list(OutboxEvent.objects.values_list("name", flat=True))
    assert (names.count("sla.jeopardy"), names.count("sla.breached")) == (1, 1)
    clock = the_clock(matter)
    assert clock.state == "breached"
    assert clock.jeopardy_at == clock.started_at + 9 * HOUR
    types = list(InteractionEvent.objects.values_list("type", flat=True))
    assert (types.count("at_risk"), types.count("breached")) == (1, 1)


def test_asking_again_and_again_says_nothing_twice() -> None:
    matter = a_matter()

    for _ in range(5):
        tick(matter.opened_at + 9 * HOUR)

    assert Message.objects.filter(kind="notice").count() == 1
    assert AgentNotice.objects.count() == 1


def test_nothing_is_due_in_the_last_second_of_the_promise() -> None:
    matter = a_matter()
    due = the_clock(matter).due_at
    assert due is not None

    tick(due)

    assert StageNotice.objects.filter(stage=100).exists() is False
    tick(due + timedelta(seconds=1))
    assert StageNotice.objects.filter(stage=100, commitment_no=1).count() == 1


@pytest.mark.req("R-TMI-10")
def test_after_an_outage_only_the_highest_stage_is_told_and_the_lower_ones_are_kept() -> None:
    matter = a_matter()

    tick(matter.opened_at + 13 * HOUR)

    fired = dict(StageNotice.objects.filter(commitment_no=1).values_list("stage", "superseded"))
    assert fired == {50: True, 75: True, 90: True, 100: True, 125: False}
    assert Message.objects.filter(kind="notice").count() == 1
    assert AgentNotice.objects.get(user=matter.owner).level == "bad"
    names = list(OutboxEvent.objects.values_list("name", flat=True))
    assert (names.count("sla.jeopardy"), names.count("sla.breached")) == (0, 1)
    assert Commitment.objects.get(number=2).due_at == (matter.opened_at + 18 * HOUR).replace(
        microsecond=0
    )


def test_the_new_promise_has_stages_of_its_own() -> None:
    matter = a_matter()
    tick(matter.opened_at + 9 * HOUR)
    second = Commitment.objects.get(number=2)
    Commitment.objects.filter(pk=second.pk).update(created_at=matter.opened_at + 9 * HOUR)

    assert second.due_at is not None

    tick(second.due_at - timedelta(minutes=1))

    assert StageNotice.objects.filter(commitment_no=2, superseded=False).get().stage == 90
    third = Commitment.objects.get(number=3)
    assert Commitment.objects.get(number=2).outcome == "replaced"
    assert Commitment.objects.get(number=1).outcome == "open"
    assert third.due_at is not None
    assert third.due_at > second.due_at


def test_promises_are_judged_when_the_clock_stops() -> None:
    matter = a_matter(ago=9 * HOUR)
    tick(timezone.now())

    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)

    assert dict(Commitment.objects.values_list("number", "outcome")) == {1: "kept", 2: "kept"}
    assert OutboxEvent.objects.filter(name="sla.met").count() == 1
    assert ArmedClock.objects.exists() is False


def test_a_late_finish_records_its_own_breach_without_any_tick() -> None:
    matter = a_matter(ago=11 * HOUR)

    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)

    assert OutboxEvent.objects.filter(name="sla.breached").count() == 1
    assert Commitment.objects.get().outcome == "missed"


@pytest.mark.req("R-CIM-18", "R-TMI-9")
def test_a_customer_who_refused_is_not_written_to_and_somebody_is_asked_to_call() -> None:
    matter = a_matter()
    record_consent(
        party_id=matter.customer.party_id,  # type: ignore[union-attr, arg-type]  # the factory always fills them
        purpose_key="service",
        given=False,
        source="test",
        actor=SYSTEM,
    )

    tick(matter.opened_at + 9 * HOUR)

    assert Message.objects.filter(kind="notice").exists() is False
    assert AgentNotice.objects.filter(dedupe_key__contains=":call:").count() == 1
    assert Commitment.objects.get(number=2).notice is None


@pytest.mark.req("R-CIM-18")
def test_the_customer_reads_it_in_their_language_and_after_their_quiet_hours() -> None:
    customer = a_customer(email="priya@example.org")
    assert customer.party is not None
    CommunicationNeed.objects.create(
        party=customer.party,
        topic="service",
        channel="email",
        language="de",
        quiet_from=time(0, 0),
        quiet_to=time(23, 59),
        time_zone="UTC",
    )
    matter = a_matter(customer=customer)

    tick(matter.opened_at + 9 * HOUR)

    message = Message.objects.get(kind="notice")
    assert (message.language, "neue Zusage" in message.body) == ("de", True)
    assert message.available_at > timezone.now()


def a_customer_who_sleeps(begins: datetime, hours: float) -> Customer:
    """Somebody who wants no message for some hours from that moment on."""
    customer = a_customer(email="priya@example.org")
    assert customer.party is not None
    begins = begins.astimezone(UTC)
    CommunicationNeed.objects.create(
        party=customer.party,
        topic="service",
        channel="email",
        quiet_from=begins.time().replace(second=0, microsecond=0),
        quiet_to=(begins + hours * HOUR).time().replace(second=0, microsecond=0),
        time_zone="UTC",
    )
    return customer


@pytest.mark.req("R-TMI-9", "R-CIM-18")
def test_quiet_hours_that_cover_the_deadline_bring_the_notice_forward() -> None:
    now = timezone.now()
    matter = a_matter(customer=a_customer_who_sleeps(now + 7 * HOUR, hours=8))

    tick(now + 6 * HOUR)
    assert Message.objects.filter(kind="notice").exists() is False
    tick(now + 7 * HOUR - timedelta(minutes=10))

    assert Message.objects.filter(kind="notice").count() == 1
    clock = the_clock(matter)
    assert (clock.commitment_no, clock.jeopardy_at is not None) == (2, True)
    tick(now + 9 * HOUR)
    assert Message.objects.filter(kind="notice").count() == 1


@pytest.mark.parametrize(
    ("_case", "from_hour", "hours"),
    [
        ("they end before the deadline", 7, 2.5),
        ("less than half was used when they began", 3, 9),
        ("the notice goes before they begin", 9.5, 8),
    ],
)
def test_other_quiet_hours_leave_the_notice_where_it_is(
    _case: str, from_hour: float, hours: float
) -> None:
    now = timezone.now()
    matter = a_matter(customer=a_customer_who_sleeps(now + from_hour * HOUR, hours=hours))

    tick(now + 9 * HOUR - timedelta(minutes=1))
    assert the_clock(matter).commitment_no == 1
    tick(now + 9 * HOUR + timedelta(minutes=1))

    assert the_clock(matter).commitment_no == 2


def test_the_policy_can_leave_the_notice_to_the_agent() -> None:
    a_serving_version("sla.policy", a_policy(customer_notice={"automatic": False}))
    matter = a_matter()

    tick(matter.opened_at + 9 * HOUR)

    assert Message.objects.filter(kind="notice").exists() is False
    assert Commitment.objects.count() == 1


def test_an_answer_in_time_leaves_nothing_to_fire() -> None:
    logged = an_interaction()
    first = the_clock(logged, "first_response")
    assert ArmedClock.objects.filter(clock=first).exists()

    add_message(interaction_id=logged.pk, body="Looking at it.", channel="phone", actor=SYSTEM)

    # The system is a machine: only a person's answer counts.
    assert ArmedClock.objects.filter(clock=first).exists()


def test_a_clock_that_can_not_be_computed_waits_an_hour_and_the_others_go_on() -> None:
    bad, good = a_matter(), a_matter()
    a_user(role="administrator")
    InteractionEvent.objects.bulk_create(
        [
            InteractionEvent(
                interaction=bad,
                seq=99,
                type="retargeted",
                occurred_at=bad.opened_at,
                actor_name="x",
                data={"policy_version": "nobody knows", "mode": "carry"},
            )
        ]
    )
    at = good.opened_at + 9 * HOUR

    tick(at)

    assert Commitment.objects.filter(clock=the_clock(good), number=2).exists()
    assert ArmedClock.objects.get(clock=the_clock(bad)).next_fire_at == at + HOUR
    assert AgentNotice.objects.filter(dedupe_key__contains="poisoned").count() == 1


def test_a_tick_that_began_long_ago_undoes_nothing_done_since() -> None:
    logged = an_interaction(a_customer(email="priya@example.org"), ago=11 * HOUR)
    began = timezone.now() - timedelta(minutes=5)
    complete(interaction_id=logged.pk, outcome="resolved", actor=SYSTEM)
    assert ArmedClock.objects.get().clock.target == "first_response"

    tick(began)

    assert the_clock(logged).stopped_at is not None
    assert rebuild(interaction_id=logged.pk) == []


def test_only_the_first_to_insert_acts() -> None:
    clock = the_clock(a_matter())

    assert [win(clock, 1, 90), win(clock, 1, 90), win(clock, 2, 90)] == [True, False, True]


def test_what_is_not_due_is_not_visited() -> None:
    for _ in range(5):
        a_matter()
    due = a_matter()
    ArmedClock.objects.filter(clock=the_clock(due)).update(next_fire_at=due.opened_at)

    with CaptureQueriesContext(
        connection,
    ) as captured:
        tick(timezone.now())

    claims = [q["sql"] for q in captured if "SKIP LOCKED" in q["sql"]]
    assert len(claims) == 2
    assert "LIMIT 100" in claims[0]


@pytest.mark.req("R-TMI-2")
def test_after_everything_the_events_still_say_what_is_stored() -> None:
    matter = a_matter(ago=13 * HOUR)
    tick(timezone.now())
    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)

    assert rebuild(interaction_id=matter.pk) == []
