"""Who proved who they are raises the level of what is open with them, with its time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from crm.events.catalogue import CallerChecked
from customers.models import CallerCheck
from interactions.handlers import note_who_is_spoken_with
from interactions.models import Interaction
from interactions.processes.close_interaction import complete
from interactions.processes.track_interaction import rebuild
from interactions.processes.update_interaction import change_fields, note_identified
from tests.customers.factories import a_customer
from tests.interactions.factories import a_worker, an_interaction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def a_check(matter: Interaction, actor_id: int | None, level: int = 2, **more: str) -> CallerCheck:
    assert matter.customer is not None
    return CallerCheck.objects.create(
        customer=matter.customer, method="code", level=level, actor_id=actor_id, actor_name="ellie",
        decided_at=timezone.now() - timedelta(minutes=1), **({"state": "passed"} | more),
    )  # fmt: skip


@pytest.mark.req("R-TMI-1")
def test_a_passed_check_is_on_the_timeline_at_its_time_and_rebuilt() -> None:
    worker = a_worker()
    matter = an_interaction(owner_id=worker.pk)
    check = a_check(matter, worker.pk)

    assert note_identified(check_id=check.pk) == 1
    assert note_identified(check_id=check.pk) == 0

    matter.refresh_from_db()
    event = matter.events.get(type="identified")
    assert matter.verification_level == event.data["level"] == 2
    assert event.occurred_at == check.decided_at
    assert rebuild(interaction_id=matter.pk) == []


def test_a_level_rises_and_never_falls() -> None:
    worker = a_worker()
    matter = an_interaction(owner_id=worker.pk)

    for level in (2, 1, 3):
        note_identified(check_id=a_check(matter, worker.pk, level).pk)

    said = matter.events.filter(type="identified").order_by("seq")
    assert [event.data["level"] for event in said] == [2, 3]


def test_it_says_nothing_of_what_others_have_what_has_ended_or_another_customer() -> None:
    worker, customer = a_worker(), a_customer()
    mine = an_interaction(customer, owner_id=worker.pk)
    done = an_interaction(customer, owner_id=worker.pk)
    complete(interaction_id=done.pk, outcome="resolved", actor=SYSTEM)
    another = an_interaction(customer, owner_id=a_worker().pk)
    stranger = an_interaction(owner_id=worker.pk)

    note_identified(check_id=a_check(mine, worker.pk).pk)

    raised = Interaction.objects.filter(verification_level__gt=0)
    assert set(raised) == {mine}
    assert {done, another, stranger}.isdisjoint(raised)


def test_a_failed_check_raises_nothing() -> None:
    worker = a_worker()
    matter = an_interaction(owner_id=worker.pk)

    assert note_identified(check_id=a_check(matter, worker.pk, 0, state="failed").pk) == 0


def test_the_desk_hears_of_a_check_by_its_event() -> None:
    worker = a_worker()
    matter = an_interaction(owner_id=worker.pk)
    check = a_check(matter, worker.pk)
    said = CallerChecked(customer_id=check.customer_id, check_id=check.pk, passed=True, level=2)

    note_who_is_spoken_with(said, 1)

    matter.refresh_from_db()
    assert matter.verification_level == 2


def test_a_level_that_somebody_corrected_later_is_rebuilt_as_corrected() -> None:
    worker = a_worker()
    matter = an_interaction(owner_id=worker.pk)
    note_identified(check_id=a_check(matter, worker.pk).pk)

    change_fields(interaction_id=matter.pk, changes={"verification_level": 1}, actor=worker)

    matter.refresh_from_db()
    assert matter.verification_level == 1
    assert rebuild(interaction_id=matter.pk) == []
