"""The duty with real workers, a real broker and a real mail server, some of them killed."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.db import connection
from django.utils import timezone

from crm.celery import app
from crm.events.models import Delivery, OutboxEvent
from crm.events.tasks import sweep
from crm.web.models import AgentNotice
from interactions.models import (
    ArmedClock,
    Commitment,
    Message,
    SlaClock,
    StageNotice,
)
from interactions.processes.track_interaction import fire_due
from interactions.tasks import apply_overdue_silence, refold_sample
from tests.customers.factories import a_user
from tests.interactions.factories import a_policy, an_interaction, plain_promises
from tests.interactions.mailbox import Mailbox, a_mailbox
from tests.interactions.workers import (
    SEND,
    TICK,
    a_worker_process,
    overdue_matters,
    somebody_half_way_through,
    wait_for,
)
from tests.racing import somebody_waits_for_a_lock
from tests.readiness.factories import a_serving_version

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]

MATTERS = 8


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with a_mailbox() as box:
        yield box


@pytest.fixture(autouse=True)
def _empty_queue() -> Iterator[None]:
    app.control.purge()
    yield
    app.control.purge()


@pytest.mark.req("R-TMI-9", "R-TMI-10")
def test_each_customer_is_told_once_though_workers_are_killed_in_the_middle(
    mailbox: Mailbox,
) -> None:
    matters = overdue_matters(hours=9.01, count=MATTERS)
    last = SlaClock.objects.filter(target="resolution").latest("pk")

    with a_worker_process(mailbox, "first") as first, ExitStack() as second:
        with somebody_half_way_through(last):
            wait_for(somebody_waits_for_a_lock, asking=TICK)
            second.enter_context(a_worker_process(mailbox, "second"))
            # It has claimed the batch and written half of it: killed, it must leave nothing.
            first.send_signal(signal.SIGKILL)
            first.wait()
            assert Commitment.objects.filter(number=2).exists() is False
        wait_for(lambda: Commitment.objects.filter(number=2).count() == MATTERS, asking=TICK)

    notices = Message.objects.filter(kind="notice")
    assert notices.count() == len(matters)
    assert StageNotice.objects.filter(stage=90).count() == MATTERS
    assert OutboxEvent.objects.filter(name="sla.jeopardy").count() == MATTERS
    assert AgentNotice.objects.count() == MATTERS

    mailbox.slowness = 1.0
    app.control.purge()
    with a_worker_process(mailbox, "third") as third:
        wait_for(mailbox.receiving.is_set, asking=SEND)
        third.send_signal(signal.SIGKILL)
        third.wait()
    mailbox.slowness = 0.0
    # The lease of the killed worker runs out.
    Message.objects.filter(state="queued").update(lease_until=timezone.now())
    with a_worker_process(mailbox, "fourth"):
        wait_for(lambda: not Message.objects.exclude(state="sent").exists(), asking=SEND)

    to_customers = [mail for mail in mailbox.delivered if "customer" in str(mail["To"])]
    ids = [str(mail["Message-ID"]) for mail in to_customers]
    assert len(set(ids)) == MATTERS
    # What was in flight may have arrived before the kill: then twice, under one id.
    assert len(mailbox.ids()) - len(set(mailbox.ids())) <= 1
    assert set(notices.values_list("state", flat=True)) == {"sent"}


def cut_all_others() -> None:
    """What a restart of the database does to everybody who is connected."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.req("R-TMI-9", "R-TMI-10")
def test_a_worker_goes_on_after_database_and_broker_lost_all_it_had_begun(
    mailbox: Mailbox,
) -> None:
    overdue_matters(hours=9.01, count=3)
    last = SlaClock.objects.filter(target="resolution").latest("pk")

    # One worker for both, since it takes seconds to start: it stands half way through a batch.
    with a_worker_process(mailbox, "steadfast"):
        with somebody_half_way_through(last) as other:
            wait_for(somebody_waits_for_a_lock, asking=TICK)
            app.send_task(TICK)
            with app.connection_or_acquire() as broker:
                broker.default_channel.client.flushdb()
            cut_all_others()
            other.close()
        assert Commitment.objects.filter(number=2).exists() is False
        wait_for(lambda: Commitment.objects.filter(number=2).count() == 3, asking=TICK)
        wait_for(
            lambda: Message.objects.filter(kind="notice", state="sent").count() == 3, asking=SEND
        )

    assert StageNotice.objects.filter(stage=90, commitment_no=1).count() == 3
    assert ArmedClock.objects.filter(next_fire_at__lte=timezone.now()).exists() is False
    to_customers = [mail for mail in mailbox.delivered if "customer" in str(mail["To"])]
    assert len(to_customers) == 3
    assert AgentNotice.objects.filter(dedupe_key__contains="poisoned").exists() is False


@pytest.mark.req("R-TMI-9")
def test_what_a_flushed_broker_forgot_is_swept_up(mailbox: Mailbox) -> None:
    overdue_matters(hours=9.01, count=2)
    fire_due(10, timezone.now())
    owed = Delivery.objects.waiting().count()
    with app.connection_or_acquire() as broker:
        broker.default_channel.client.flushdb()

    sweep()

    with app.connection_or_acquire() as broker:
        waiting = broker.default_channel._size("celery")
    assert owed > 0
    # Those about one matter wait for each other: one is on its way for each handler and matter.
    turns = Delivery.objects.waiting().in_turn().count()
    assert waiting == turns


@pytest.mark.req("R-TMI-9", "R-TMI-10")
def test_after_the_whole_stack_was_down_over_the_deadline_it_catches_up_once(
    mailbox: Mailbox,
) -> None:
    overdue_matters(hours=13, count=3)

    with a_worker_process(mailbox, "late"):
        wait_for(lambda: Commitment.objects.filter(number=2).count() == 3, asking=TICK)
        for _ in range(3):
            app.send_task(TICK)
        wait_for(
            lambda: Message.objects.filter(kind="notice", state="sent").count() == 3, asking=SEND
        )

    fired = StageNotice.objects.filter(commitment_no=1, superseded=False)
    assert set(fired.values_list("stage", flat=True)) == {125}
    assert OutboxEvent.objects.filter(name="sla.breached").count() == 3
    assert len([mail for mail in mailbox.delivered if "customer" in str(mail["To"])]) == 3
    promised = Commitment.objects.filter(number=2).values_list("due_at", flat=True)
    assert all(due is not None and due > timezone.now() for due in promised)


def test_the_plain_tasks_find_nothing_wrong_with_a_sound_store() -> None:
    overdue_matters(hours=1, count=2)

    assert (apply_overdue_silence(), refold_sample()) == (0, 0)


def test_the_auditor_says_when_the_store_differs_from_its_events() -> None:
    (matter,) = overdue_matters(hours=1, count=1)
    SlaClock.objects.filter(interaction=matter).update(target_seconds=7)
    a_user(role="administrator")

    assert refold_sample() == 1
    assert AgentNotice.objects.get().dedupe_key.startswith("clocks:audit:")


@pytest.mark.req("R-TMI-6")
def test_a_promise_of_regular_updates_needs_no_change_of_code() -> None:
    plain_promises()
    a_serving_version(
        "sla.policy",
        a_policy(targets={"first_response": 60, "resolution": 600, "periodic_update": 120}),
    )

    logged = an_interaction()

    assert ArmedClock.objects.filter(clock__target="periodic_update").exists()
    assert logged.clocks.count() == 3
