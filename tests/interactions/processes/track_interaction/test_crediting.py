"""A broken promise is one credit: however often it is looked at, reopened, or by whom."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from crm.events.models import OutboxEvent
from interactions.models import Commitment, Interaction, StageNotice
from interactions.processes.close_interaction import complete, reopen
from interactions.processes.manage_interaction import merge, unmerge
from interactions.processes.track_interaction import (
    fire_due,
    make_promise,
    move_running,
    move_slice,
)
from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction, plain_promises, the_clock
from tests.racing import at_once
from tests.readiness.factories import a_serving_version

HOUR = timedelta(hours=1)


def a_matter(*, hours: float) -> Interaction:
    """A matter of which only the fix is promised, for ten hours."""
    plain_promises(
        targets={"first_response": 10**9, "resolution": 36_000},
        customer_notice={"automatic": False},
    )
    return an_interaction(a_customer(email="priya@example.org"), ago=hours * HOUR)


def credits() -> list[int]:
    """The promises for which a credit is due, in the order they were broken."""
    rows = OutboxEvent.objects.filter(name="sla.credit_due").order_by("pk")
    return [row.payload["number"] for row in rows]


@pytest.mark.django_db
@pytest.mark.req("R-TMI-5", "R-TMI-10")
def test_a_breach_found_by_the_tick_is_one_credit_however_often_it_ticks() -> None:
    matter = a_matter(hours=11)

    for hours in (0, 0, 1, 2, 6):
        fire_due(10, timezone.now() + hours * HOUR)

    assert credits() == [1]
    payload = OutboxEvent.objects.get(name="sla.credit_due").payload
    clock = the_clock(matter)
    assert payload == {
        "interaction_id": matter.pk,
        "clock_id": clock.pk,
        "number": 1,
        "target": "resolution",
        "customer_id": matter.customer_id,
        "agreement_id": None,
        "policy_version_id": clock.capability_version_id,
    }


@pytest.mark.django_db
def test_reopened_and_finished_late_again_it_is_still_one() -> None:
    matter = a_matter(hours=11)

    for _ in range(2):
        complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)
        reopen(interaction_id=matter.pk, reason="again", actor=SYSTEM)
        fire_due(10, timezone.now())
    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)

    assert credits() == [1]


@pytest.mark.django_db
def test_merged_away_and_taken_back_it_is_still_one() -> None:
    matter = a_matter(hours=11)
    fire_due(10, timezone.now())
    target = an_interaction(matter.customer)

    merge(source_id=matter.pk, target_id=target.pk, actor=SYSTEM)
    unmerge(source_id=matter.pk, actor=SYSTEM)
    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)

    assert credits() == [1]


@pytest.mark.django_db
def test_a_new_promise_that_is_broken_too_is_a_credit_of_its_own() -> None:
    matter = a_matter(hours=11)
    promise = make_promise(
        clock_id=the_clock(matter).pk,
        due_at=timezone.now() + HOUR,
        reason="the cable",
        actor=SYSTEM,
    )
    Commitment.objects.filter(pk=promise.pk).update(due_at=timezone.now() - HOUR / 2)

    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)
    fire_due(10, timezone.now() + 9 * HOUR)

    assert credits() == [1, 2]


@pytest.mark.django_db
def test_a_new_promise_that_is_kept_owes_nothing_more() -> None:
    matter = a_matter(hours=11)
    make_promise(
        clock_id=the_clock(matter).pk,
        due_at=timezone.now() + HOUR,
        reason="the cable",
        actor=SYSTEM,
    )

    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)

    assert credits() == [1]


@pytest.mark.django_db
@pytest.mark.req("R-TMI-10")
def test_a_date_promised_for_a_time_that_is_closed_is_not_broken_before_it_has_come() -> None:
    matter = a_matter(hours=1)
    now = timezone.now()
    week = {str(day): [["00:00", "24:00"]] for day in range(1, 8)}
    shut: dict[str, list[str]] = {
        (now + timedelta(days=n)).date().isoformat(): [] for n in (0, 1, 2)
    }
    closed = {"calendars": {"always": {"tz": "UTC", "weekly": week, "exceptions": shut}}}
    version = a_serving_version("sla.calendar", closed)
    move_running(version_id=version.pk, mode="retro", actor=SYSTEM)
    move_slice(10)

    promised = make_promise(
        clock_id=the_clock(matter).pk, due_at=now + 24 * HOUR, reason="a visit", actor=SYSTEM
    )
    fire_due(10, now + 23 * HOUR)

    assert (credits(), StageNotice.objects.filter(commitment_no=2).count()) == ([], 0)
    fire_due(10, now + 25 * HOUR)
    assert credits() == [promised.number]


@pytest.mark.django_db
def test_what_is_met_or_called_off_owes_nothing() -> None:
    met = a_matter(hours=9)
    gone = an_interaction(met.customer, ago=11 * HOUR)

    complete(interaction_id=met.pk, outcome="resolved", actor=SYSTEM)
    merge(source_id=gone.pk, target_id=an_interaction(met.customer).pk, actor=SYSTEM)
    fire_due(10, timezone.now())

    assert credits() == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_and_an_agent_at_the_same_moment_are_one_credit() -> None:
    matter = a_matter(hours=11)
    now = timezone.now()

    failed = at_once(
        lambda: fire_due(10, now),
        lambda: fire_due(10, now),
        lambda: complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM),
    )

    assert failed == []
    fire_due(10, now + HOUR)
    assert credits() == [1]
