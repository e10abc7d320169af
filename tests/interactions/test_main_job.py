"""Steps 3 to 6 of the main job in one story: log, late, told, done."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from crm.events.models import OutboxEvent
from crm.web.models import AgentNotice
from interactions.models import Commitment, Interaction, Message
from interactions.processes.close_interaction import close, complete
from interactions.processes.log_interaction import log_interaction
from interactions.processes.track_interaction import explain, rebuild
from interactions.processes.update_interaction import add_message
from interactions.reasons import load_reasons
from interactions.tasks import fire_due_clocks, send_queued_messages
from readiness.processes.introduce_baseline import introduce_baselines
from tests.customers.factories import a_customer
from tests.interactions.factories import a_worker, the_clock
from tests.interactions.mailbox import Mailbox, a_mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]


@pytest.fixture
def mailbox(settings: LazySettings) -> Iterator[Mailbox]:
    with a_mailbox() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        yield box


@pytest.mark.req("R-TMI-5", "R-TMI-8", "R-TMI-9", "R-TMI-10")
def test_a_call_that_gets_late_is_told_in_time_and_finished(mailbox: Mailbox) -> None:
    introduce_baselines()
    load_reasons()
    agent = a_worker(role="")
    customer = a_customer(email="priya@example.org")

    matter = log_interaction(
        customer_id=customer.pk,
        channel="phone",
        reason_key="no-service",
        subject="No dial tone",
        occurred_at=timezone.now() - timedelta(days=30),
        actor=agent,
    )
    add_message(interaction_id=matter.pk, body="We look at it.", channel="phone", actor=agent)
    assert explain(clock_id=the_clock(matter).pk, actor=agent).rows

    fire_due_clocks()
    fire_due_clocks()
    send_queued_messages()

    assert OutboxEvent.objects.filter(name="sla.breached").count() == 2
    assert AgentNotice.objects.filter(user__username=agent.name).exists()
    (mail,) = mailbox.to("priya@example.org")
    promise = Commitment.objects.get(clock=the_clock(matter), number=2)
    assert promise.notice is not None
    assert matter.reference in str(mail["Subject"])
    assert promise.due_at is not None
    assert promise.due_at > timezone.now()

    complete(interaction_id=matter.pk, outcome="resolved", actor=agent)
    closed = close(interaction_id=matter.pk, informed_by="phone", actor=agent)

    assert closed.status == Interaction.Status.CLOSED
    outcomes = dict(
        Commitment.objects.filter(clock=the_clock(matter)).values_list("number", "outcome")
    )
    assert outcomes == {1: "missed", 2: "kept"}
    assert Message.objects.filter(kind="notice", state="sent").count() == 1
    assert rebuild(interaction_id=matter.pk) == []
