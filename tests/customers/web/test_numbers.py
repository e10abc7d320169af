"""The numbers of a customer on screen: now, before, and those that moved."""

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer, Identifier, NumberMove
from tests.customers.factories import a_user
from tests.customers.number_factories import NETWORK, a_subscriber, somebody
from tests.customers.order_factories import an_order

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]


@pytest.fixture
def agent() -> Client:
    client = Client()
    client.force_login(a_user(role="agent"))
    return client


def numbers(client: Client, customer: Customer) -> str:
    return client.get(reverse("customers:numbers", args=[customer.pk])).content.decode()


def test_page_shows_what_is_theirs_and_leads_to_moving_it(agent: Client) -> None:
    customer = a_subscriber()

    html = numbers(agent, customer)

    assert NETWORK in html
    one = Identifier.objects.get()
    assert reverse("customers:give_number", args=[customer.pk, one.pk]) in html


def test_number_ends_without_anybody_else_getting_it(agent: Client) -> None:
    customer = a_subscriber()
    one = Identifier.objects.get()

    agent.post(
        reverse("customers:end_number", args=[customer.pk, one.pk]), {"because_of": "ported-out"}
    )

    one.refresh_from_db()
    assert one.ended_because == "ported-out"


def test_order_page_says_that_a_number_came_from_somebody_else(agent: Client) -> None:
    old, new = a_subscriber(), somebody("Zola")
    order = an_order(new)
    NumberMove.objects.create(
        kind="msisdn", value=NETWORK, origin=old.party, target_id=new.party_id or 0, order=order,
        given=Identifier.objects.get(),
    )  # fmt: skip

    html = agent.get(reverse("customers:order", args=[order.public_id])).content.decode()

    assert "still stood with somebody else" in html
    assert reverse("customers:numbers", args=[new.pk]) in html


def test_who_may_not_see_people_sees_no_numbers() -> None:
    client = Client()
    client.force_login(a_user(role="auditor"))

    answer = client.get(reverse("customers:numbers", args=[a_subscriber().pk]))

    assert answer.status_code == 403
