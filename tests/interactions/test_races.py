"""Two at once: the timeline keeps one order, one contact stays one, one stage fires once."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.access import SYSTEM
from interactions.models import (
    ArmedClock,
    ClockMove,
    Commitment,
    Interaction,
    InteractionEvent,
    Message,
    StageNotice,
)
from interactions.processes.log_interaction import log_interaction
from interactions.processes.notify_customer import leave_unreachable, queue_notice
from interactions.processes.track_interaction import (
    fire_due,
    move_running,
    preview_move,
    rebuild,
)
from interactions.processes.track_interaction.stages import win
from interactions.processes.update_interaction import add_message
from tests.customers.factories import a_customer
from tests.interactions.factories import a_policy, an_interaction, plain_promises, the_clock
from tests.racing import at_once, somebody_waits_for_a_lock, wait_until
from tests.readiness.factories import a_serving_version

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.req("R-TMI-2")
def test_what_several_people_do_at_once_has_one_order() -> None:
    plain_promises()
    matter = an_interaction()

    def note() -> None:
        add_message(interaction_id=matter.pk, body="x", kind="note", actor=SYSTEM)

    assert at_once(*[note] * 6) == []

    seqs = list(InteractionEvent.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, 8))
    assert rebuild(interaction_id=matter.pk) == []


@pytest.mark.req("R-TMI-3")
def test_the_same_contact_from_two_workers_is_one_interaction() -> None:
    plain_promises()
    customer = a_customer()

    def log() -> None:
        log_interaction(
            customer_id=customer.pk,
            channel="email",
            subject="Twice",
            source="mail",
            external_id="<1@x>",
            actor=SYSTEM,
        )

    assert at_once(*[log] * 4) == []

    matter = Interaction.objects.get()
    assert matter.events.count() == 1
    assert matter.clocks.count() == 2


@pytest.mark.req("R-TMI-10")
def test_racing_ticks_fire_each_stage_once() -> None:
    plain_promises(targets={"first_response": 10**9, "resolution": 36_000})
    for _ in range(6):
        an_interaction(a_customer(email=f"c{_}@example.org"), ago=timedelta(hours=9.01))
    now = timezone.now()

    def tick() -> None:
        while fire_due(2, now):
            pass

    assert at_once(*[tick] * 4) == []

    assert Commitment.objects.filter(number=2).count() == 6
    assert StageNotice.objects.filter(stage=90, superseded=False).count() == 6


def test_racers_that_ignore_row_locks_have_exactly_one_winner() -> None:
    plain_promises()
    clock = the_clock(an_interaction())
    won: list[bool] = []

    assert at_once(*[lambda: won.append(win(clock, 1, 90))] * 8) == []

    assert sorted(won) == [False] * 7 + [True]


def test_a_matter_somebody_works_on_is_passed_by_and_not_waited_for() -> None:
    plain_promises()
    matter = an_interaction(ago=timedelta(hours=9.01))
    working, done = threading.Event(), threading.Event()

    def work() -> None:
        from django.db import transaction

        with transaction.atomic():
            Interaction.objects.lock(matter.pk)
            working.set()
            done.wait(10)

    def tick() -> None:
        working.wait(10)
        passed: set[int] = set()
        assert fire_due(10, timezone.now(), passed_by=passed) == 2
        assert len(passed) == 2
        assert fire_due(10, timezone.now(), passed_by=passed) == 0
        done.set()

    assert at_once(work, tick) == []
    assert StageNotice.objects.exists() is False
    assert ArmedClock.objects.count() == 2


@pytest.mark.parametrize("size", [2, 8])
def test_a_tick_asks_as_many_questions_for_many_clocks_as_for_few(size: int) -> None:
    plain_promises(targets={"first_response": 10**9, "resolution": 36_000})
    for number in range(size):
        an_interaction(a_customer(email=f"d{number}@example.org"), ago=timedelta(hours=9.01))

    with CaptureQueriesContext(connection) as captured:
        fire_due(100, timezone.now())

    assert len(captured) <= 60


def test_what_waits_for_a_dead_address_is_locked_after_its_matter_as_everywhere() -> None:
    plain_promises()
    matter = an_interaction(a_customer(email="priya@example.org"))
    queued = queue_notice(
        interaction_id=matter.pk, purpose="service", subject="News", body="On Friday.",
        dedupe_key="k", actor=SYSTEM,
    )  # fmt: skip
    assert queued is not None
    found = list[int]()

    def leave() -> None:
        try:
            found.append(leave_unreachable(medium_id=queued.contact_medium_id or 0))
        finally:
            connection.close()

    leaving = threading.Thread(target=leave)
    with transaction.atomic():
        Interaction.objects.lock(matter.pk)
        leaving.start()
        wait_until(somebody_waits_for_a_lock)
        # Whoever has the matter gets its message too; otherwise each would wait for the other.
        Message.objects.select_for_update(nowait=True).get(pk=queued.pk)
    leaving.join()

    assert found == [1]


@pytest.mark.parametrize("ask", [preview_move, move_running])
def test_a_walk_asked_for_by_several_at_once_runs_once(ask: Callable[..., ClockMove]) -> None:
    plain_promises()
    version = a_serving_version("sla.policy", a_policy(targets={"resolution": 60}))

    assert at_once(*[lambda: ask(version_id=version.pk, mode="carry", actor=SYSTEM)] * 6) == []

    assert ClockMove.objects.filter(state="running").count() == 1
