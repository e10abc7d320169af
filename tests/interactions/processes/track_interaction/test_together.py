"""Many clocks in one tick: the same effects as one by one, and one bad row stops no other."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
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
    SlaClock,
    StageNotice,
)
from interactions.processes.close_interaction import complete
from interactions.processes.track_interaction import fire_due, rebuild
from tests.customers.factories import a_customer, a_user
from tests.interactions.factories import an_interaction, plain_promises, the_clock

pytestmark = pytest.mark.django_db

NINE_HOURS = timedelta(hours=9.01)


@pytest.fixture(autouse=True)
def _plain(db: None) -> None:
    plain_promises()


def a_customer_who_refuses() -> Customer:
    customer = a_customer(email="no@example.org")
    record_consent(
        party_id=customer.party_id,  # type: ignore[arg-type]  # the factory always fills it
        purpose_key="service",
        given=False,
        source="test",
        actor=SYSTEM,
    )
    return customer


def a_customer_who_reads_german_at_noon() -> Customer:
    customer = a_customer(email="ja@example.org")
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
    return customer


def all_sorts() -> list[Interaction]:
    """Owned and not, permitted and not, missed long ago and just at risk; two clocks each."""
    owner = a_user(email="ana@example.org", username="ana")
    a_user(role="team-lead", username="lead", email="lead@example.org")
    return [
        an_interaction(a_customer(email="a@example.org"), owner_id=owner.pk, ago=NINE_HOURS),
        an_interaction(a_customer(email="b@example.org"), ago=timedelta(hours=13)),
        an_interaction(a_customer_who_refuses(), owner_id=owner.pk, ago=NINE_HOURS),
        an_interaction(a_customer_who_reads_german_at_noon(), ago=NINE_HOURS),
        an_interaction(a_customer(), owner_id=owner.pk, ago=timedelta(minutes=50)),
    ]


def drain(limit: int, at: datetime) -> None:
    while fire_due(limit, at):
        pass


def effects() -> dict[str, list[Any]]:
    """All that a tick does, without ids of its own rows and the moment it ran at."""
    told = InteractionEvent.objects.exclude(type="opened").order_by("interaction", "seq")
    return {
        "stages": sorted(
            StageNotice.objects.values_list("clock", "commitment_no", "stage", "superseded")
        ),
        "promises": sorted(
            Commitment.objects.values_list(
                "clock", "number", "due_at", "origin", "outcome", "notice__dedupe_key"
            ),
            key=repr,
        ),
        "messages": sorted(
            Message.objects.exclude(kind="public").values_list(
                "dedupe_key", "recipient", "language", "subject", "body", "state", "channel"
            )
        ),
        "notices": sorted(
            AgentNotice.objects.values_list("user", "dedupe_key", "level", "title", "url")
        ),
        "events": sorted(
            (name, sorted(payload.items()))
            for name, payload in OutboxEvent.objects.filter(
                name__regex="^(sla|commitment)"
            ).values_list("name", "payload")
        ),
        "timeline": sorted(
            (row.interaction_id, row.type, row.data.get("target"), row.data.get("number") or 0)
            for row in told
        ),
        "clocks": sorted(
            SlaClock.objects.values_list(
                "pk", "state", "commitment_no", "next_stage", "jeopardy_at"
            ),
            key=repr,
        ),
        "armed": sorted(ArmedClock.objects.values_list("clock", "stage")),
        "queue": sorted(Interaction.objects.values_list("pk", "due_next_target", "event_count")),
    }


def undone(act: Callable[[], None]) -> dict[str, list[Any]]:
    """What comes of an act that is taken back."""
    with transaction.atomic():
        act()
        found = effects()
        transaction.set_rollback(True)
    return found


@pytest.mark.req("R-TMI-9", "R-TMI-10")
def test_many_at_once_have_the_effects_of_one_by_one() -> None:
    matters = all_sorts()
    # A tick never looks back behind now, which moves on between the two.
    at = timezone.now() + timedelta(minutes=5)

    one_by_one = undone(lambda: drain(1, at))
    together = undone(lambda: drain(100, at))

    assert together == one_by_one
    assert len(together["messages"]) > len(matters)
    drain(100, at)
    assert [rebuild(interaction_id=matter.pk) for matter in matters] == [[]] * len(matters)


def test_draining_again_does_nothing_more() -> None:
    all_sorts()
    at = timezone.now()
    drain(100, at)
    before = effects()
    ArmedClock.objects.update(next_fire_at=at)

    fire_due(100, at)

    assert effects() == before


@pytest.mark.req("R-TMI-10")
def test_a_system_clock_that_steps_back_tells_nothing_twice_and_undoes_nothing() -> None:
    matters = all_sorts()
    now = timezone.now()
    drain(100, now)
    before = effects()

    with time_machine.travel(now - timedelta(hours=2), tick=False):
        drain(100, timezone.now())
        assert effects() == before
        complete(interaction_id=matters[0].pk, outcome="resolved", actor=SYSTEM)
    drain(100, timezone.now())

    assert effects()["stages"] == before["stages"]
    assert Message.objects.filter(kind="notice").count() == sum(
        ":delay:" in key for key, *_rest in before["messages"]
    )
    assert [rebuild(interaction_id=matter.pk) for matter in matters] == [[]] * len(matters)


def poison(matter: Interaction) -> None:
    InteractionEvent.objects.create(
        interaction=matter,
        seq=99,
        type="retargeted",
        occurred_at=matter.opened_at,
        actor_name="x",
        data={"policy_version": "nobody knows", "mode": "carry"},
    )


def test_bad_rows_stand_alone_and_all_others_are_told() -> None:
    matters = [
        an_interaction(a_customer(email=f"c{number}@example.org"), ago=NINE_HOURS)
        for number in range(7)
    ]
    for matter in (matters[0], matters[4]):
        poison(matter)
    at = timezone.now()

    drain(100, at)

    bad = {matters[0].pk, matters[4].pk}
    promised = Commitment.objects.filter(number=2, clock__target="resolution")
    told = set(promised.values_list("clock__interaction", flat=True))
    assert told == {matter.pk for matter in matters} - bad
    waiting = ArmedClock.objects.filter(clock__interaction__in=bad)
    assert set(waiting.values_list("next_fire_at", flat=True)) == {at + timedelta(hours=1)}


def test_a_row_the_database_refuses_is_found_as_well() -> None:
    matters = [
        an_interaction(a_customer(email=f"c{number}@example.org"), ago=NINE_HOURS)
        for number in range(4)
    ]
    # Its promise has been written before, so that the database refuses to write it again.
    taken = SlaClock.objects.get(interaction=matters[2], target="resolution")
    Commitment.objects.create(clock=taken, number=2, due_at=None, origin="agent")
    a_user(role="administrator")

    drain(100, timezone.now())

    promised = Commitment.objects.filter(number=2, origin="auto", clock__target="resolution")
    told = set(promised.values_list("clock__interaction", flat=True))
    assert told == {matter.pk for matter in matters} - {matters[2].pk}
    assert ArmedClock.objects.get(clock=taken).next_fire_at > timezone.now()
    # The rule that refused it, and not the row: others' data may stand in it.
    said = AgentNotice.objects.get(dedupe_key__contains="poisoned").body
    assert ("commitment_once_per_number" in said, "DETAIL" in said) == (True, False)


def a_tick_fails_at(clock: SlaClock, sqlstate: str) -> None:
    """The database refuses the stages of one clock, with that state."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{sqlstate}'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER refused BEFORE INSERT ON interactions_stagenotice FOR EACH ROW"
            f" WHEN (NEW.clock_id = {clock.pk}) EXECUTE FUNCTION refuse()"
        )


@pytest.mark.req("R-TMI-9")
@pytest.mark.parametrize(
    ("_case", "sqlstate", "waits", "alarms"),
    [
        ("a deadlock", "40P01", timedelta(minutes=1), 0),
        ("a serialization failure", "40001", timedelta(minutes=1), 0),
        ("a lock not had in time", "55P03", timedelta(minutes=1), 0),
        ("a row the database refuses", "23514", timedelta(hours=1), 1),
    ],
)
def test_what_is_no_row_s_fault_is_tried_again_in_a_minute(
    _case: str, sqlstate: str, waits: timedelta, alarms: int
) -> None:
    a_user(role="administrator")
    hit, other = (an_interaction(ago=NINE_HOURS) for _ in range(2))
    a_tick_fails_at(the_clock(hit), sqlstate)
    now = timezone.now()

    fire_due(10, now)

    assert ArmedClock.objects.get(clock=the_clock(hit)).next_fire_at == now + waits
    assert StageNotice.objects.filter(clock=the_clock(other), stage=90).exists()
    assert AgentNotice.objects.filter(dedupe_key__contains="poisoned").count() == alarms
