"""A commit waits for the broker once, a second at the most, and not again for a while."""

import socket
import time
from collections.abc import Iterator

import pytest
from django.db import transaction

from crm import celery
from crm.access import SYSTEM
from crm.celery import Sender
from crm.events import registry
from crm.events.catalogue import CustomerTerminated
from crm.events.models import Delivery
from crm.events.publish import publish

pytestmark = pytest.mark.django_db(transaction=True)


def hear(event: CustomerTerminated, event_id: int) -> None:
    """Somebody who hears the event."""


def hear_too(event: CustomerTerminated, event_id: int) -> None:
    """Somebody else."""


@pytest.fixture(autouse=True)
def _two_listeners(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [f"{__name__}.{one.__name__}" for one in (hear, hear_too)]
    monkeypatch.setattr(registry, "_paths", {"customer.terminated": paths})


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    messages: list[list[int]] = []
    monkeypatch.setattr(
        celery.app, "send_task", lambda _name, args, *_, **_how: messages.append(args[0])
    )
    return messages


@pytest.fixture
def silent_broker() -> Iterator[Sender]:
    """A broker whose port takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield Sender(
            "silent", broker=f"redis://127.0.0.1:{door.getsockname()[1]}/0", set_as_current=False
        )


def ends(customer_id: int) -> None:
    publish(CustomerTerminated(customer_id=customer_id, reason="fraud"), actor=SYSTEM)


def all_deliveries() -> list[int]:
    return list(Delivery.objects.order_by("id").values_list("pk", flat=True))


def test_a_transaction_with_many_events_sends_one_message(sent: list[list[int]]) -> None:
    with transaction.atomic():
        ends(1)
        for customer_id in (2, 3):
            with transaction.atomic():
                ends(customer_id)

    assert sent == [all_deliveries()]
    assert len(sent[0]) == 6


def test_a_savepoint_taken_back_takes_no_other_event_with_it(sent: list[list[int]]) -> None:
    with transaction.atomic():
        with transaction.atomic():
            ends(1)
            transaction.set_rollback(True)
        with transaction.atomic():
            ends(2)

    assert set(all_deliveries()) <= set(sent[0])
    assert len(sent) == 1


def test_two_transactions_send_two_messages(sent: list[list[int]]) -> None:
    for customer_id in (1, 2):
        with transaction.atomic():
            ends(customer_id)

    assert [len(ids) for ids in sent] == [2, 2]


def test_a_silent_broker_costs_a_commit_little_and_the_next_one_nothing(
    silent_broker: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(celery, "_SENDING", celery._SENDING | {"socket_timeout": 0.2})
    monkeypatch.setattr(celery.app, "send_task", silent_broker.send_task)
    took = []

    for customer_id in (1, 2):
        began = time.monotonic()
        with transaction.atomic():
            ends(customer_id)
            ends(customer_id)
        took.append(time.monotonic() - began)

    # One read in vain; kombu left alone would try for many seconds.
    assert 0.2 <= took[0] < 3
    assert took[1] < 0.2
    assert len(all_deliveries()) == 8
