"""Listeners of partners are told, signed, in order, also when they were down."""

import socket
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from crm.events.models import Delivery
from crm.events.tasks import deliver
from crm.tmf import callbacks
from crm.tmf.models import ATTEMPTS_BEFORE_DEAD, HubDelivery, HubListener
from crm.tmf.tasks import tell_listener, tell_listeners
from tests.crm.tmf.listeners import a_dripping_listener, a_listener
from tests.crm.tmf.partners import CUSTOMER, INDIVIDUAL, Partner, a_body, a_partner

pytestmark = pytest.mark.django_db
HUB = "/tmf-api/customerManagement/v4/hub"


@pytest.fixture(autouse=True)
def _private_callbacks(settings: Any) -> None:
    settings.CRM_HUB_ALLOW_PRIVATE = True


def listen(partner: Partner, url: str, query: str = "", hub: str = HUB) -> dict[str, Any]:
    answer = partner.post(hub, {"callback": url, "query": query})
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    return body


def run_outbox() -> None:
    """What the event worker does."""
    while waiting := list(Delivery.objects.due().in_turn().values_list("pk", flat=True)):
        for pk in waiting:
            deliver(pk)


def run_hub() -> None:
    """What the hub worker does."""
    for listener in HubListener.objects.all():
        tell_listener(listener.pk)


def later(**wait: float) -> None:
    HubDelivery.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))


def test_listener_is_registered_with_a_secret_and_removed(partner: Partner) -> None:
    answer = partner.post(HUB, {"callback": "https://partner.example/hooks"})
    body = answer.json()

    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"{HUB}/{body['id']}")
    assert (body["callback"], body["query"]) == ("https://partner.example/hooks", "")
    assert body["secret"].startswith("whsec_")
    assert partner.delete(f"{HUB}/{body['id']}").status_code == 204
    assert partner.delete(f"{HUB}/{body['id']}").status_code == 404


def test_listener_of_another_client_is_not_there(partner: Partner) -> None:
    body = listen(partner, "https://partner.example/hooks")

    assert a_partner().delete(f"{HUB}/{body['id']}").status_code == 404
    assert HubListener.objects.filter(removed_at=None).count() == 1


def test_same_listener_twice_is_409(partner: Partner) -> None:
    listen(partner, "https://partner.example/hooks")

    assert partner.post(HUB, {"callback": "https://partner.example/hooks"}).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"callback": 3},
        {"callback": ""},
        {"callback": "partner.example"},
        {"callback": "ftp://partner.example/"},
        {"callback": "https://user:secret@partner.example/"},
        {"callback": "https://[fd00::1]/"},
        {"callback": "https://partner.example/", "query": "eventType*=x"},
        {"callback": "https://partner.example/", "query": 3},
        ["https://partner.example/"],
    ],
)
def test_listener_that_cannot_be_called_is_refused(body: Any, partner: Partner) -> None:
    assert partner.post(HUB, body).status_code == 400
    assert HubListener.objects.count() == 0


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://partner.example:99999/",
        "http://partner.example/",
        "http://127.0.0.1/",
        "https://localhost/",
        "https://127.1.2.3/",
    ],
)
def test_in_production_only_public_https_is_called(
    url: str, partner: Partner, settings: Any
) -> None:
    settings.CRM_HUB_ALLOW_PRIVATE = False

    assert partner.post(HUB, {"callback": url}).status_code == 403
    assert HubListener.objects.count() == 0


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "::1"]
)
def test_name_that_leads_into_our_network_is_not_called(
    address: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CRM_HUB_ALLOW_PRIVATE = False
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: found)

    outcome = callbacks.send("https://rebound.example/", secret="whsec_YWJj", event_id="1", body={})

    assert (outcome.delivered, outcome.status) == (False, None)
    assert "InvalidIPAddress" in outcome.problem


def test_redirects_are_not_followed(partner: Partner) -> None:
    with a_listener() as other, a_listener() as heard:
        heard.status, heard.headers = 302, {"Location": other.url}
        outcome = callbacks.send(heard.url, secret="whsec_YWJj", event_id="1", body={"a": 1})

    assert (outcome.delivered, outcome.status) == (False, 302)
    assert other.calls == []


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 201 Created\r\nX-Long: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["status line", "headers", "one interim answer after another"],
)
def test_listener_that_drips_its_answer_costs_no_more_than_the_deadline(
    head: bytes, drop: bytes
) -> None:
    before = set(threading.enumerate())
    with a_dripping_listener(head, drop) as url:
        began = time.monotonic()
        outcome = callbacks.send(url, secret="whsec_YWJj", event_id="1", body={}, deadline=0.3)
        took = time.monotonic() - began
        for thread in set(threading.enumerate()) - before:
            if thread.name == "callback":
                thread.join(5)
                assert not thread.is_alive()

    assert (outcome.delivered, outcome.status) == (False, None)
    assert outcome.problem == "No whole answer within 0.3 seconds."
    assert took < 3


def test_endless_body_of_an_answer_is_not_read() -> None:
    with a_dripping_listener(b"HTTP/1.1 201 Created\r\n\r\n", b"x" * 65536) as url:
        outcome = callbacks.send(url, secret="whsec_YWJj", event_id="1", body={})

    assert (outcome.delivered, outcome.status) == (True, 201)


@pytest.mark.req("R-BCI-16")
def test_numbers_beyond_64_bits_are_told_like_any() -> None:
    with a_listener() as heard:
        outcome = callbacks.send(heard.url, secret="whsec_YWJj", event_id="1", body={"a": 10**20})

    assert (outcome.status, heard.calls[0][1]) == (201, b'{"a":100000000000000000000}')


def test_create_event_arrives_signed_in_the_envelope_of_the_specification(partner: Partner) -> None:
    with a_listener() as heard:
        secret = listen(partner, heard.url)["secret"]
        made = partner.post(CUSTOMER, a_body()).json()
        run_outbox()
        run_hub()

        event = heard.verified(secret)
        with pytest.raises(WebhookVerificationError):
            heard.verified("whsec_" + "A" * 43 + "=")

    assert event["eventType"] == "CustomerCreateEvent"
    assert event["event"] == {"customer": made | {"href": event["href"]}}
    assert event["href"].endswith(f"{CUSTOMER}/{made['id']}")
    assert heard.calls[0][0]["webhook-id"] == event["eventId"]
    assert {
        "id",
        "eventTime",
        "domain",
        "title",
        "description",
        "priority",
        "correlationId",
        "timeOcurred",
    } <= event.keys()
    assert HubDelivery.objects.get().delivered_at is not None


def test_every_kind_of_change_is_told_in_order(partner: Partner) -> None:
    with a_listener() as heard:
        listen(partner, heard.url)
        href = partner.post(CUSTOMER, a_body()).json()["href"]
        run_outbox()
        partner.patch(href, {"name": "New"})
        run_outbox()
        partner.patch(href, {"status": "active"})
        run_outbox()
        partner.delete(href)
        run_outbox()
        run_hub()

    assert heard.types() == [
        "CustomerCreateEvent",
        "CustomerAttributeValueChangeEvent",
        "CustomerStateChangeEvent",
        "CustomerDeleteEvent",
    ]
    assert heard.events()[3]["event"]["customer"].keys() == {"id", "href", "@type"}


def test_listener_that_was_down_is_told_when_it_is_up(partner: Partner) -> None:
    with a_listener() as first:
        url, port = first.url, int(first.url.split(":")[2].split("/")[0])
    secret = listen(partner, url)["secret"]
    partner.post(CUSTOMER, a_body())
    run_outbox()
    run_hub()
    waiting = HubDelivery.objects.get()
    assert (waiting.attempts, waiting.delivered_at) == (1, None)
    assert waiting.next_try_at > timezone.now()

    later()
    with a_listener(port) as heard:
        run_hub()
        run_hub()

    assert heard.types() == ["CustomerCreateEvent"]
    with a_listener(port):
        assert (
            Webhook(secret).verify(heard.calls[0][1], heard.calls[0][0])["eventType"]
            == "CustomerCreateEvent"
        )


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_is_delivered(status: int, partner: Partner) -> None:
    with a_listener() as heard:
        heard.status = status
        listen(partner, heard.url)
        partner.post(CUSTOMER, a_body())
        run_outbox()
        run_hub()

    assert HubDelivery.objects.get().delivered_at is not None


def test_failing_listener_waits_longer_each_time_and_is_given_up_visibly(partner: Partner) -> None:
    waits = []
    with a_listener() as heard:
        heard.status = 500
        listen(partner, heard.url)
        partner.post(CUSTOMER, a_body())
        run_outbox()
        for _ in range(ATTEMPTS_BEFORE_DEAD + 1):
            run_hub()
            waits.append((HubDelivery.objects.get().next_try_at - timezone.now()).total_seconds())
            later()

    delivery = HubDelivery.objects.get()
    assert len(heard.calls) == ATTEMPTS_BEFORE_DEAD
    assert waits[0] < waits[1] < waits[4]
    assert (delivery.status_code, delivery.dead_at is not None) == (500, True)
    assert HubDelivery.objects.requeue() == 1
    assert HubDelivery.objects.due().count() == 1


def test_failure_holds_up_its_own_customer_and_nobody_else(partner: Partner) -> None:
    with a_listener() as good, a_listener() as bad:
        bad.status = 500
        listen(partner, bad.url)
        listen(partner, good.url)
        href = partner.post(CUSTOMER, a_body()).json()["href"]
        run_outbox()
        partner.patch(href, {"name": "New"})
        partner.post(CUSTOMER, a_body())
        run_outbox()
        for _ in range(3):
            run_hub()

    assert len(good.calls) == 3
    # The change waits behind the creation; the other customer does not.
    assert bad.types() == ["CustomerCreateEvent", "CustomerCreateEvent"]
    assert len({one["event"]["customer"]["id"] for one in bad.events()}) == 2


def test_delivery_in_the_hands_of_a_worker_is_left_alone(partner: Partner) -> None:
    with a_listener() as heard:
        listen(partner, heard.url)
        partner.post(CUSTOMER, a_body())
        run_outbox()
        HubDelivery.objects.update(lease_until=timezone.now() + timedelta(seconds=30))
        run_hub()
        assert heard.calls == []

        HubDelivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        run_hub()

    assert len(heard.calls) == 1


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", True),
        ("eventType=CustomerCreateEvent", True),
        ("eventType=CustomerCreateNotification", True),
        ("eventType=CustomerDeleteEvent", False),
        ("eventType=CustomerDeleteEvent,CustomerCreateEvent", True),
        ("eventType=CustomerCreateEvent&event.customer.status=Approved", True),
        ("event.customer.status=Rejected", False),
        ("event.customer.characteristic.name=tier", True),
        ("event.customer.characteristic.name=other", False),
        ("event.customer.name.gt=A", True),
    ],
)
def test_query_chooses_events(query: str, told: bool, partner: Partner) -> None:
    listen(partner, "https://partner.example/hooks", query)
    partner.post(CUSTOMER, a_body(status="Approved", characteristic=[{"name": "tier", "value": 1}]))
    run_outbox()

    assert HubDelivery.objects.exists() is told


def test_fields_of_a_query_choose_what_is_told(partner: Partner) -> None:
    listen(partner, "https://partner.example/hooks", "fields=event.customer.id,event.customer.name")
    made = partner.post(CUSTOMER, a_body()).json()
    run_outbox()

    body = HubDelivery.objects.get().body
    assert body["event"] == {"customer": {"id": made["id"], "name": "Priya Nair"}}
    assert body.keys() == {"eventId", "eventTime", "eventType", "event"}


def test_listener_hears_only_its_api_and_only_what_came_after_it(partner: Partner) -> None:
    partner.post(CUSTOMER, a_body())
    listen(partner, "https://partner.example/hooks", hub="/tmf-api/party/v4/hub")
    partner.post(CUSTOMER, a_body())
    partner.post(INDIVIDUAL, {"givenName": "Jane", "familyName": "Doe"})
    run_outbox()

    assert [one.event_type for one in HubDelivery.objects.all()] == ["IndividualCreateEvent"]


def test_listener_is_told_only_what_its_owner_may_read(partner: Partner) -> None:
    blind = a_partner("customers.view_customer")
    listen(blind, "https://partner.example/hooks")
    href = partner.post(CUSTOMER, a_body()).json()["href"]
    run_outbox()
    partner.delete(href)
    run_outbox()

    assert HubDelivery.objects.count() == 0


def test_slow_listeners_of_one_partner_hold_one_worker_and_nobody_elses(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tell_listener, "apply_async", lambda args, **_how: asked.append(args[0]))
    with a_listener() as slow, a_listener() as second, a_listener() as other:
        listen(partner, slow.url)
        listen(partner, second.url)
        listen(a_partner(), other.url)
        partner.post(CUSTOMER, a_body())
        run_outbox()
        asked.clear()
        in_hand = HubDelivery.objects.filter(listener__callback=slow.url)
        in_hand.update(lease_until=timezone.now() + timedelta(seconds=60))
        run_hub()
        assert (len(second.calls), len(other.calls)) == (0, 1)

        in_hand.update(lease_until=None)
        tell_listener(HubListener.objects.get(callback=slow.url).pk)
        assert asked == [HubListener.objects.get(callback=second.url).pk]


def test_removed_listener_is_not_called(partner: Partner) -> None:
    with a_listener() as heard:
        body = listen(partner, heard.url)
        partner.post(CUSTOMER, a_body())
        run_outbox()
        partner.delete(f"{HUB}/{body['id']}")
        run_hub()

    assert heard.calls == []


def test_same_event_is_owed_once_however_often_the_outbox_tries(partner: Partner) -> None:
    listen(partner, "https://partner.example/hooks")
    partner.post(CUSTOMER, a_body())
    run_outbox()
    Delivery.objects.update(done_at=None)
    run_outbox()

    assert HubDelivery.objects.count() == 1


def test_periodic_task_finds_each_listener_that_is_owed_something(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tell_listener, "apply_async", lambda args, **_how: asked.append(args[0]))
    listen(partner, "https://partner.example/hooks")
    listen(partner, "https://partner.example/quiet", "eventType=CustomerDeleteEvent")
    for _ in range(2):
        partner.post(CUSTOMER, a_body())
    run_outbox()

    tell_listeners()

    assert asked == [HubListener.objects.get(callback__endswith="/hooks").pk]
