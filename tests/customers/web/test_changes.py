"""The field history on screen, and putting a value back."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.access import SYSTEM
from customers.processes.keep_contacts import change_contact_point
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


def test_of_several_contact_points_the_history_says_which_changed() -> None:
    customer = a_customer(email="old@example.org", phone="07700 900318")
    assert customer.party
    medium = customer.party.contact_media.get(type="email")
    change_contact_point(
        medium_id=medium.pk, changes={"value": "new@example.org"}, trigger="customer-notified",
        actor=SYSTEM,
    )  # fmt: skip
    client = Client()
    client.force_login(a_user(role="agent"))

    answer = client.get(reverse("customers:changes", args=[customer.pk]))

    told = [(one.which, one.before, one.after) for one in answer.context["changes"]]
    assert ("new@example.org", "old@example.org", "new@example.org") in told
