"""Why this time: the rows of a stored clock account for every second."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.access import SYSTEM
from interactions.models import Commitment, Interaction, Message
from interactions.processes.track_interaction import explain, make_promise
from tests.customers.factories import a_customer, an_agent
from tests.interactions.factories import a_worker, an_interaction, governed, the_clock

pytestmark = pytest.mark.django_db


@pytest.mark.req("R-TMI-5")
def test_a_weekend_is_said_and_every_second_adds_up() -> None:
    governed()
    friday = datetime(2026, 1, 16, 19, 0, tzinfo=UTC)
    logged = an_interaction(occurred_at=friday)
    clock = the_clock(logged, "first_response")

    explained = explain(clock_id=clock.pk, actor=SYSTEM)

    counting = [row for row in explained.rows if row.kind == "counting"]
    assert sum(row.seconds for row in counting) == clock.target_seconds == 8 * 3600
    # One hour on Friday evening and seven on Saturday from nine o'clock.
    assert clock.due_at == datetime(2026, 1, 17, 16, 0, tzinfo=UTC)
    assert (explained.rule, explained.tier, explained.tz) == (
        "default",
        "standard",
        "Europe/London",
    )
    assert explained.rows[-1].reason == "target_reached"


def test_only_who_may_see_it_may_ask() -> None:
    governed()
    clock = the_clock(an_interaction())

    with pytest.raises(PermissionDenied):
        explain(clock_id=clock.pk, actor=an_agent())
    with pytest.raises(Interaction.DoesNotExist):
        explain(clock_id=clock.pk, actor=an_agent("interactions.view_interaction"))


@pytest.mark.req("R-TMI-10")
def test_an_agent_promises_a_new_date_beside_the_contract() -> None:
    governed()
    logged = an_interaction(a_customer(email="priya@example.org"))
    clock = the_clock(logged)
    tomorrow = timezone.now() + timedelta(days=1)

    promise = make_promise(
        clock_id=clock.pk,
        due_at=tomorrow,
        reason="Part ordered",
        text="Tomorrow!",
        actor=a_worker(),
    )

    assert (promise.number, promise.origin, promise.due_at) == (2, "agent", tomorrow)
    assert Message.objects.get().body == "Tomorrow!"
    assert Commitment.objects.get(clock=clock, number=1).due_at == clock.due_at
    clock.refresh_from_db()
    assert clock.commitment_no == 2
