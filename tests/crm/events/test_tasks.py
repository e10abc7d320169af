import threading
from datetime import timedelta
from typing import Any

import pytest
import structlog
from django.db import connection, transaction
from django.utils import timezone

from crm.access import SYSTEM
from crm.celery import Sender, app
from crm.events import registry
from crm.events.catalogue import CustomerTerminated
from crm.events.models import ATTEMPTS_BEFORE_DEAD, Delivery, Heartbeat, OutboxEvent
from crm.events.publish import publish
from crm.events.tasks import deliver, deliver_these, heartbeat, prune_deliveries, sweep

HEARD: list[int] = []
FAIL = threading.Event()


def listen(event: CustomerTerminated, event_id: int) -> None:
    if FAIL.is_set():
        raise ConnectionError("not today")
    HEARD.append(event.customer_id)


PATH = f"{__name__}.listen"


@pytest.fixture(autouse=True)
def only_this_listener(monkeypatch: pytest.MonkeyPatch) -> None:
    HEARD.clear()
    FAIL.clear()
    monkeypatch.setattr(registry, "_paths", {"customer.terminated": [PATH]})


def ended(customer_id: int = 7) -> Delivery:
    with transaction.atomic():
        event = publish(CustomerTerminated(customer_id=customer_id, reason="fraud"), actor=SYSTEM)
    return Delivery.objects.get(event=event, handler=PATH)


@pytest.mark.django_db
def test_a_delivery_run_twice_is_heard_once() -> None:
    owed = ended()

    deliver(owed.pk)
    deliver(owed.pk)

    assert HEARD == [7]
    owed.refresh_from_db()
    assert owed.done_at is not None


@pytest.mark.django_db
def test_a_failing_handler_is_tried_later_with_its_error_kept() -> None:
    owed = ended()
    FAIL.set()

    with pytest.raises(ConnectionError):
        deliver(owed.pk)

    owed.refresh_from_db()
    assert (owed.attempts, owed.done_at) == (1, None)
    assert "not today" in owed.last_error
    assert owed.next_try_at > timezone.now()


@pytest.mark.django_db
def test_a_delivery_dies_after_a_dozen_tries_and_a_person_revives_it() -> None:
    owed = ended()
    Delivery.objects.filter(pk=owed.pk).update(attempts=ATTEMPTS_BEFORE_DEAD - 1)
    FAIL.set()
    with pytest.raises(ConnectionError):
        deliver(owed.pk)
    assert Delivery.objects.dead().count() == 1

    FAIL.clear()
    Delivery.objects.requeue()
    deliver(owed.pk)

    assert HEARD == [7]


@pytest.mark.django_db
def test_events_about_one_customer_are_heard_in_their_order() -> None:
    first, second = ended(), ended()

    deliver(second.pk)
    assert HEARD == []

    deliver(first.pk)
    deliver(second.pk)
    assert HEARD == [7, 7]


@pytest.mark.django_db
def test_another_customer_does_not_wait() -> None:
    ended(7)

    deliver(ended(8).pk)

    assert HEARD == [8]


@pytest.mark.django_db(transaction=True)
def test_a_second_worker_finds_nothing_to_claim() -> None:
    owed = ended()
    found: list[Delivery | None] = []

    def second_worker() -> None:
        with transaction.atomic():
            found.append(Delivery.objects.claim(owed.pk))
        connection.close()

    with transaction.atomic():
        assert Delivery.objects.claim(owed.pk) is not None
        worker = threading.Thread(target=second_worker)
        worker.start()
        worker.join(timeout=10)

    assert found == [None]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """Every message that goes to the broker: the task's name and its first argument."""
    messages: list[tuple[str, object]] = []

    def note(name: str, args: tuple[object, ...], *_more: object, **_how: object) -> None:
        messages.append((name.rpartition(".")[2], args[0]))

    monkeypatch.setattr(app, "send_task", note)
    return messages


@pytest.mark.django_db
def test_the_sweep_sends_what_the_broker_lost(sent: list[object]) -> None:
    owed = ended()

    sweep()

    assert sent == [("deliver", owed.pk)]


@pytest.mark.django_db
def test_whoever_waited_for_its_turn_is_called_when_the_one_before_is_done(
    sent: list[object],
) -> None:
    first, second, third = ended(), ended(), ended()
    ended(8)

    deliver(first.pk)
    assert sent == [("deliver_these", [second.pk])]

    sent.clear()
    deliver_these([second.pk])
    assert sent == [("deliver_these", [third.pk])]


@pytest.mark.django_db
def test_deliveries_of_one_transaction_are_made_in_their_order_and_one_that_fails_stops_no_other(
    sent: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    owed = [ended(7), ended(8), ended(9)]
    Delivery.objects.filter(pk=owed[1].pk).update(handler=f"{__name__}.not_there")

    deliver_these([one.pk for one in owed])

    assert HEARD == [7, 9]
    owed[1].refresh_from_db()
    assert (owed[1].attempts, owed[1].done_at) == (1, None)
    assert sent == []


@pytest.mark.django_db
def test_a_handler_works_under_the_id_of_the_request_that_caused_the_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[object] = []

    def note(event: CustomerTerminated, event_id: int) -> None:
        seen.append(structlog.contextvars.get_contextvars().get("request_id"))

    monkeypatch.setattr(registry, "handler", lambda _path: note)
    with structlog.contextvars.bound_contextvars(request_id="click-7"):
        owed = ended()

    deliver(owed.pk)

    assert seen == ["click-7"]
    assert "request_id" not in structlog.contextvars.get_contextvars()


def test_a_task_is_sent_with_the_id_of_the_request() -> None:
    other = Sender("other", broker="memory://", set_as_current=False)
    with structlog.contextvars.bound_contextvars(request_id="click-8"):
        other.send_task("any.task")

    with other.connection_for_read() as line, line.SimpleQueue("celery") as queue:
        message = queue.get(timeout=5)

    carried: Any = message.headers
    assert carried["__django_structlog__"]["request_id"] == "click-8"


@pytest.mark.django_db
def test_what_the_time_does_not_suffice_for_goes_into_another_task(
    sent: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    owed = [ended(7).pk, ended(8).pk]
    monkeypatch.setattr("crm.events.tasks._BUDGET_SECONDS", -1.0)

    deliver_these(owed)

    assert (HEARD, sent) == ([], [("deliver_these", owed)])


@pytest.mark.django_db
def test_only_old_deliveries_are_forgotten_and_never_their_events() -> None:
    old, new = ended(), ended(8)
    deliver(old.pk)
    deliver(new.pk)
    Delivery.objects.filter(pk=old.pk).update(done_at=timezone.now() - timedelta(days=31))

    prune_deliveries()

    assert list(Delivery.objects.values_list("pk", flat=True)) == [new.pk]
    assert OutboxEvent.objects.count() == 2


@pytest.mark.django_db
def test_beat_leaves_one_sign_of_life() -> None:
    heartbeat()
    heartbeat()

    assert Heartbeat.objects.get().beaten_at > timezone.now() - timedelta(minutes=1)
