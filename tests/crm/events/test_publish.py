import pytest
from django.db import DatabaseError, transaction

from crm.access import SYSTEM, Actor
from crm.events.catalogue import CustomerTerminated
from crm.events.models import Delivery, OutboxEvent
from crm.events.publish import publish
from crm.events.registry import on

HEARD: list[int] = []


@on(CustomerTerminated)
def note_it(event: CustomerTerminated, event_id: int) -> None:
    HEARD.append(event.customer_id)


ENDED = CustomerTerminated(customer_id=7, reason="fraud")


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="outside a transaction"):
        publish(ENDED, actor=SYSTEM)

    assert OutboxEvent.objects.exists() is False


@pytest.mark.django_db
def test_an_event_says_who_what_and_about_whom() -> None:
    with transaction.atomic():
        publish(ENDED, actor=Actor(pk=3, name="ellie"))

    event = OutboxEvent.objects.get()
    assert event.payload == {"customer_id": 7, "reason": "fraud"}
    assert (event.name, event.process, event.aggregate) == (
        "customer.terminated",
        "1.3.4",
        "customer:7",
    )
    assert (event.actor_id, event.actor_name) == (3, "ellie")


@pytest.mark.django_db
def test_what_is_owed_rolls_back_with_the_change() -> None:
    with transaction.atomic():
        publish(ENDED, actor=SYSTEM)
        transaction.set_rollback(True)

    assert OutboxEvent.objects.exists() is False
    assert Delivery.objects.exists() is False


@pytest.mark.django_db
@pytest.mark.req("R-TMI-2")
def test_an_event_can_be_neither_changed_nor_deleted() -> None:
    event = publish(ENDED, actor=SYSTEM)

    with pytest.raises(DatabaseError), transaction.atomic():
        OutboxEvent.objects.filter(pk=event.pk).update(name="nothing.happened")
    with pytest.raises(DatabaseError), transaction.atomic():
        OutboxEvent.objects.filter(pk=event.pk).delete()
