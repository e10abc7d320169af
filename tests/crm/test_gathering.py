"""Writing together: the same rows, in as many statements as there are tables."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.access import SYSTEM
from crm.events.catalogue import SlaBreached
from crm.events.models import Delivery, OutboxEvent
from crm.events.publish import publish
from crm.gathering import (
    afterwards,
    gathered,
    insert,
    insert_once,
    insert_unless_there,
    update,
)
from crm.web.models import AgentNotice
from tests.customers.factories import a_user

pytestmark = pytest.mark.django_db


def an_event(number: int) -> OutboxEvent:
    return OutboxEvent(name="x", process="1", aggregate=f"x:{number}", actor_name="x")


def a_notice(user_id: int, key: str = "k") -> AgentNotice:
    return AgentNotice(user_id=user_id, title="x", dedupe_key=key)


def test_what_points_to_a_row_is_written_after_it_with_one_statement_a_table() -> None:
    events = [an_event(number) for number in range(3)]

    with CaptureQueriesContext(connection) as captured, gathered():
        for event in events:
            insert(Delivery(event=event, handler="h", aggregate=event.aggregate))
            insert(event)

    assert len([q for q in captured if "INSERT" in q["sql"]]) == 2
    owed = Delivery.objects.order_by("pk").values_list("event__aggregate", flat=True)
    assert list(owed) == ["x:0", "x:1", "x:2"]


def test_nothing_is_written_when_the_block_fails() -> None:
    def fail() -> None:
        with gathered():
            insert(an_event(1))
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()

    assert OutboxEvent.objects.exists() is False
    insert(an_event(2))
    assert OutboxEvent.objects.get().aggregate == "x:2"


@pytest.mark.parametrize("together", [True, False])
def test_a_row_with_a_key_is_written_once_and_the_standing_one_is_found(together: bool) -> None:
    standing = an_event(1)
    standing.save()
    again = an_event(2)
    again.event_id = standing.event_id

    if together:
        with gathered():
            found = insert_once(again, by="event_id")
    else:
        found = insert_once(again, by="event_id")

    assert (found.pk, OutboxEvent.objects.count()) == (standing.pk, 1)


def test_the_same_key_twice_in_one_gathering_is_one_row() -> None:
    first, second = an_event(1), an_event(2)
    second.event_id = first.event_id

    with gathered():
        insert_once(first, by="event_id")
        insert_once(second, by="event_id")
        insert(Delivery(event=second, handler="h", aggregate="x"))

    assert Delivery.objects.get().event_id == OutboxEvent.objects.get().pk == first.pk


def test_what_a_constraint_knows_is_left_out() -> None:
    user = a_user()
    a_notice(user.pk).save()

    with gathered():
        insert_unless_there(a_notice(user.pk), a_notice(user.pk, "other"))

    assert sorted(AgentNotice.objects.values_list("dedupe_key", flat=True)) == ["k", "other"]


def test_changes_of_one_row_are_one_update_and_a_new_row_is_written_as_it_ends() -> None:
    user = a_user()
    kept, new = a_notice(user.pk), a_notice(user.pk, "new")
    kept.save()

    with CaptureQueriesContext(connection) as captured, gathered():
        kept.title = "once"
        update(kept, "title")
        kept.body = "twice"
        update(kept, "body")
        insert(new)
        new.title = "late"
        update(new, "title")

    assert len([q for q in captured if q["sql"].startswith("UPDATE")]) == 1
    kept.refresh_from_db()
    new.refresh_from_db()
    assert (kept.title, kept.body, new.title) == ("once", "twice", "late")


def test_one_gathering_within_another_is_written_with_it() -> None:
    with gathered():
        with gathered():
            insert(an_event(1))
        assert OutboxEvent.objects.exists() is False

    assert OutboxEvent.objects.count() == 1


def test_what_comes_afterwards_finds_ids() -> None:
    event, seen = an_event(1), list[int | None]()

    with gathered():
        afterwards(lambda: seen.append(event.pk))
        insert(event)

    assert seen == [OutboxEvent.objects.get().pk]


def test_a_row_the_database_refuses_takes_all_back() -> None:
    odd = AgentNotice(user_id=a_user().pk, title="x", dedupe_key="k", level="odd")

    def fail() -> None:
        with transaction.atomic(), gathered():
            insert(an_event(1))
            insert(odd)

    with pytest.raises(IntegrityError):
        fail()

    assert OutboxEvent.objects.exists() is False


def test_events_published_together_are_delivered_like_those_published_alone() -> None:
    with transaction.atomic():
        publish(SlaBreached(interaction_id=1, clock_id=1), actor=SYSTEM)
        alone = Delivery.objects.count()
        with gathered():
            publish(SlaBreached(interaction_id=1, clock_id=2), actor=SYSTEM)
            publish(SlaBreached(interaction_id=1, clock_id=3), actor=SYSTEM)

    assert Delivery.objects.count() == 3 * alone
    assert [row.payload["clock_id"] for row in OutboxEvent.objects.order_by("pk")] == [1, 2, 3]
