"""The record as it was, on screen."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.access import SYSTEM
from customers.models import Customer
from customers.processes.update_information import update_customer
from tests.customers.factories import a_customer, a_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("R-CIM-6")]


def as_role(role: str = "agent") -> Client:
    client = Client()
    client.force_login(a_user(role=role))
    return client


def changed() -> tuple[Customer, str]:
    customer = a_customer(
        segment="bronze", email="amara@example.org", created_at=datetime(2020, 1, 1, tzinfo=UTC)
    )
    before = timezone.now().isoformat()
    update_customer(
        customer_id=customer.pk,
        changes={"segment": "gold"},
        trigger="customer-notified",
        actor=SYSTEM,
    )
    return customer, before


@pytest.mark.parametrize("view", ["known", "true"])
def test_the_page_shows_what_was_and_what_is_different_today(view: str) -> None:
    customer, before = changed()

    answer = as_role().get(
        reverse("customers:past", args=[customer.pk]), {"at": before, "view": view}
    )

    html = answer.content.decode()
    assert "Bronze → Gold" in html
    assert "amara<wbr>@example.org" in html


def test_before_the_record_there_is_nothing_and_today_is_the_page() -> None:
    customer, _before = changed()
    client, where = as_role(), reverse("customers:past", args=[customer.pk])

    assert "Not recorded yet" in client.get(where, {"at": "2019-05-01"}).content.decode()
    for at in ("2999-01-01", "", "yesterday", "2026-02-31"):
        assert client.get(where, {"at": at}).status_code == 303


def test_whoever_may_not_see_people_does_not_see_their_past() -> None:
    customer, before = changed()

    answer = as_role("auditor").get(reverse("customers:past", args=[customer.pk]), {"at": before})

    assert answer.status_code == 403
