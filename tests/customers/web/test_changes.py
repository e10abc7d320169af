"""The field history on screen, and putting a value back."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.access import SYSTEM
from customers.processes.update_information import update_customer
from tests.customers.factories import a_customer, a_user

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]


def test_an_earlier_value_is_put_back_from_the_history() -> None:
    customer = a_customer(segment="bronze")
    update_customer(
        customer_id=customer.pk, changes={"segment": "gold"}, trigger="other-process", actor=SYSTEM
    )
    client = Client()
    client.force_login(a_user(role="agent"))
    history = client.get(reverse("customers:changes", args=[customer.pk]))
    (shown,) = history.context["changes"]
    assert "Another process needs it" in history.content.decode()

    client.post(
        reverse("customers:restore", args=[customer.pk]),
        {"thing": shown.change.model, "event": shown.change.event_id, "field": shown.change.field},
    )

    customer.refresh_from_db()
    assert customer.segment == "bronze"
    html = client.get(reverse("customers:changes", args=[customer.pk])).content.decode()
    assert "on screen" in html


def test_a_change_nobody_made_is_refused() -> None:
    client = Client()
    client.force_login(a_user(role="agent"))

    answer = client.post(
        reverse("customers:restore", args=[a_customer().pk]), {"event": "x", "thing": "customer"}
    )

    assert answer.status_code == 400
