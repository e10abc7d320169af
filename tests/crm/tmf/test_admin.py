"""Listeners in the admin: seen without their secret, and tried again on request."""

import pytest
from django.test import Client
from django.utils import timezone

from crm.ids import new_id
from crm.tmf.models import HubDelivery, HubListener
from tests.customers.factories import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def listener(db: None) -> HubListener:
    return HubListener.objects.create(
        api="TMF629", callback="https://p.example/", secret="whsec_shh", owner=a_user()
    )


@pytest.fixture
def administrator(db: None) -> Client:
    client = Client()
    client.force_login(a_user(is_staff=True, is_superuser=True))
    return client


def test_secret_of_a_listener_is_not_shown(administrator: Client, listener: HubListener) -> None:
    page = administrator.get(f"/admin/tmf/hublistener/{listener.pk}/change/")

    assert page.status_code == 200
    assert b"https://p.example/" in page.content
    assert b"whsec_shh" not in page.content


def test_given_up_delivery_is_tried_again(administrator: Client, listener: HubListener) -> None:
    delivery = HubDelivery.objects.create(
        listener=listener,
        event_id=new_id(),
        event_type="CustomerCreateEvent",
        aggregate="customer:1",
        body={},
        attempts=15,
        dead_at=timezone.now(),
    )

    administrator.post(
        "/admin/tmf/hubdelivery/", {"action": "requeue", "_selected_action": [delivery.pk]}
    )

    delivery.refresh_from_db()
    assert (delivery.attempts, delivery.dead_at) == (0, None)


def test_page_for_developers_names_every_api() -> None:
    page = Client().get("/api/docs")

    assert page.status_code == 200
    for words in (b"TMF629", b"TMF632", b"TMF683", b"CustomerCreateEvent", b"/oauth2/token"):
        assert words in page.content
    assert b"<script" not in page.content
    assert b"https://cdn" not in page.content
