"""A move is taken back on screen."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.audit.models import Access
from customers.models import Customer, Identifier, NumberMove
from tests.customers.factories import a_user
from tests.customers.number_factories import NETWORK, a_subscriber, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]


@pytest.fixture
def agent() -> Client:
    client = Client()
    client.force_login(a_user(role="agent"))
    return client


def take(customer: Customer) -> str:
    where = reverse("customers:take_number", args=[customer.pk])
    return f"{where}?kind=msisdn&value={NETWORK}"


@pytest.mark.parametrize("given", [{}, {"reason": "It was right"}])
def test_move_is_taken_back_by_the_notice_or_with_a_reason(
    agent: Client, given: dict[str, str]
) -> None:
    old, new = a_subscriber(), somebody("Zola")
    agent.post(take(new), {"reason": "Wrong SIM", "former": "corrected"})
    where = reverse("customers:undo_move", args=[new.pk, NumberMove.objects.get().pk])
    assert agent.get(where).status_code == 200

    answer = agent.post(where, given)

    assert answer.status_code == 303
    assert Identifier.objects.get(valid_to=None).party == old.party


def test_opening_the_page_is_logged_with_both_who_may_be_seen(agent: Client) -> None:
    old, new = a_subscriber(), somebody("Zola")
    agent.post(take(new), {"reason": "Wrong SIM", "former": "corrected"})

    agent.get(reverse("customers:undo_move", args=[new.pk, NumberMove.objects.get().pk]))

    look = Access.objects.get(detail="number move")
    assert look.subject_ids == [old.pk, new.pk]
