"""The database is killed and started again under a real worker that ticks and sends."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from crm.celery import app
from crm.events.models import OutboxEvent
from crm.web.models import AgentNotice
from interactions.models import ArmedClock, Commitment, Message, SlaClock, StageNotice
from interactions.processes.track_interaction import rebuild
from tests.interactions.mailbox import a_mailbox
from tests.interactions.workers import (
    SEND,
    TICK,
    a_worker_process,
    overdue_matters,
    somebody_half_way_through,
    wait_for,
)
from tests.own_database import OwnDatabase, own_database
from tests.racing import somebody_waits_for_a_lock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]
MATTERS = 6


@pytest.fixture
def own() -> Iterator[OwnDatabase]:
    app.control.purge()
    with own_database() as found:
        yield found
    app.control.purge()


@pytest.mark.req("R-TMI-9", "R-TMI-10")
def test_nothing_is_lost_and_nobody_told_twice_though_the_database_is_killed_twice(
    own: OwnDatabase,
) -> None:
    matters = overdue_matters(hours=9.01, count=MATTERS)
    last = SlaClock.objects.filter(target="resolution").latest("pk")

    with a_mailbox() as mailbox, a_worker_process(mailbox, "steadfast"):
        # It has claimed the batch and written most of it.
        with somebody_half_way_through(last) as other:
            wait_for(somebody_waits_for_a_lock, asking=TICK)
            own.kill_and_start_again()
            other.close()
        assert Commitment.objects.filter(number=2).exists() is False
        wait_for(lambda: Commitment.objects.filter(number=2).count() == MATTERS, asking=TICK)

        # It has handed one over, and can not mark it.
        mailbox.slowness = 0.5
        wait_for(mailbox.receiving.is_set, asking=SEND)
        own.kill_and_start_again()
        mailbox.slowness = 0.0
        # The lease on what was in its hands runs out.
        Message.objects.filter(state="queued").update(lease_until=timezone.now())
        wait_for(lambda: not Message.objects.exclude(state="sent").exists(), asking=SEND)

    assert Message.objects.filter(kind="notice").count() == MATTERS
    assert StageNotice.objects.filter(stage=90, commitment_no=1).count() == MATTERS
    assert OutboxEvent.objects.filter(name="sla.jeopardy").count() == MATTERS
    assert AgentNotice.objects.count() == MATTERS
    assert ArmedClock.objects.filter(next_fire_at__lte=timezone.now()).exists() is False
    assert [rebuild(interaction_id=matter.pk) for matter in matters] == [[]] * MATTERS
    ids = mailbox.ids()
    told = [str(mail["To"]) for mail in mailbox.delivered if "customer" in str(mail["To"])]
    assert set(told) == {f"customer{number}@example.org" for number in range(MATTERS)}
    # What was in flight may have arrived before the kill: then again, under the same id.
    assert (len(set(ids)), len(ids) - len(set(ids)) <= 1) == (Message.objects.count(), True)
