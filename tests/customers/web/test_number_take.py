"""A number goes to somebody else on screen."""

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer, Identifier, NumberMove
from tests.customers.factories import a_customer, a_team, a_user
from tests.customers.number_factories import NETWORK, NUMBER, a_subscriber, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]


@pytest.fixture
def agent() -> Client:
    client = Client()
    client.force_login(a_user(role="agent"))
    return client


def take(customer: Customer) -> str:
    where = reverse("customers:take_number", args=[customer.pk])
    return f"{where}?kind=msisdn&value={NETWORK}"


def numbers(client: Client, customer: Customer) -> str:
    return client.get(reverse("customers:numbers", args=[customer.pk])).content.decode()


def test_looking_up_the_receiver_leads_to_the_preview(agent: Client) -> None:
    customer, other = a_subscriber(), somebody("Zola")
    one = Identifier.objects.get()

    where = reverse("customers:give_number", args=[customer.pk, one.pk])
    html = agent.get(where, {"q": "Zola"}).content.decode()

    assert take(other).replace("&", "&amp;") in html


def test_preview_names_holder_contact_point_and_service(agent: Client) -> None:
    a_subscriber()

    html = agent.get(take(somebody("Zola"))).content.decode()

    for shown in ("Amara Reid", NUMBER, "Mobile M"):
        assert shown in html
    assert not NumberMove.objects.exists()


def test_preview_links_to_the_record_of_the_holder_that_may_be_seen() -> None:
    ours, hidden = a_team(), a_subscriber()
    seen = a_customer(party=hidden.party, type="business", care_team=ours)
    Customer.objects.filter(pk=hidden.pk).update(number="HIDDEN-1")
    user = a_user("update_information", "view_customer", "view_party", "view_personal_data")
    user.teams.add(ours)
    client, new = Client(), somebody("Zola")
    Customer.objects.filter(pk=new.pk).update(care_team=ours)
    client.force_login(user)

    html = client.get(take(new)).content.decode()

    assert reverse("customers:page", args=[seen.pk]) in html
    assert "HIDDEN-1" not in html


def test_without_a_reason_it_does_not_move(agent: Client) -> None:
    old, new = a_subscriber(), somebody("Zola")

    answer = agent.post(take(new), {"reason": "", "former": "corrected"})

    assert answer.status_code == 422
    assert Identifier.objects.get().party == old.party


def test_what_changed_since_the_preview_is_shown_anew(agent: Client) -> None:
    a_subscriber()
    new = somebody("Zola")

    answer = agent.post(
        take(new), {"reason": "Wrong SIM", "former": "corrected", "seen": "other things"}
    )

    assert answer.status_code == 422
    assert "while you looked" in answer.content.decode()


def test_moved_it_stands_at_the_new_holder_and_in_both_histories(agent: Client) -> None:
    old, new = a_subscriber(), somebody("Zola")

    answer = agent.post(take(new), {"reason": "Wrong SIM in the shop", "former": "corrected"})

    assert answer.status_code == 303
    assert Identifier.objects.get(valid_to=None).party == new.party
    for one in (old, new):
        assert "Wrong SIM in the shop" in numbers(agent, one)
