"""The numbers of a customer on screen: now, before, and how one goes to somebody else."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.access import SYSTEM
from customers.models import Customer, Identifier, NumberMove, Product
from customers.processes.keep_identifiers import assign_identifier
from tests.customers.factories import a_customer, a_party, a_team, a_user
from tests.customers.order_factories import an_order

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]

NUMBER, NETWORK = "07700 900671", "447700900671"


@pytest.fixture
def agent() -> Client:
    client = Client()
    client.force_login(a_user(role="agent"))
    return client


def a_subscriber() -> Customer:
    customer = a_customer(party=a_party(given_name="Amara", family_name="Reid"), phone=NUMBER)
    Product.objects.create(customer=customer, name="Mobile M", service_number=NETWORK)
    assign_identifier(party_id=customer.party_id or 0, kind="msisdn", value=NUMBER, actor=SYSTEM)
    return customer


def somebody_else() -> Customer:
    return a_customer(party=a_party(given_name="Zola", family_name="Bell"))


def take(customer: Customer) -> str:
    where = reverse("customers:take_number", args=[customer.pk])
    return f"{where}?kind=msisdn&value={NETWORK}"


def numbers(client: Client, customer: Customer) -> str:
    return client.get(reverse("customers:numbers", args=[customer.pk])).content.decode()


def test_page_shows_what_is_theirs_and_leads_to_moving_it(agent: Client) -> None:
    customer = a_subscriber()

    html = numbers(agent, customer)

    assert NETWORK in html
    one = Identifier.objects.get()
    assert reverse("customers:give_number", args=[customer.pk, one.pk]) in html


def test_looking_up_the_receiver_leads_to_the_preview(agent: Client) -> None:
    customer, other = a_subscriber(), somebody_else()
    one = Identifier.objects.get()

    where = reverse("customers:give_number", args=[customer.pk, one.pk])
    html = agent.get(where, {"q": "Zola"}).content.decode()

    assert take(other).replace("&", "&amp;") in html


def test_preview_names_holder_contact_point_and_service(agent: Client) -> None:
    a_subscriber()

    html = agent.get(take(somebody_else())).content.decode()

    for shown in ("Amara Reid", NUMBER, "Mobile M"):
        assert shown in html
    assert not NumberMove.objects.exists()


def test_preview_links_to_the_record_of_the_holder_that_may_be_seen() -> None:
    ours, hidden = a_team(), a_subscriber()
    seen = a_customer(party=hidden.party, type="business", care_team=ours)
    Customer.objects.filter(pk=hidden.pk).update(number="HIDDEN-1")
    user = a_user("update_information", "view_customer", "view_party", "view_personal_data")
    user.teams.add(ours)
    client, new = Client(), somebody_else()
    Customer.objects.filter(pk=new.pk).update(care_team=ours)
    client.force_login(user)

    html = client.get(take(new)).content.decode()

    assert reverse("customers:page", args=[seen.pk]) in html
    assert "HIDDEN-1" not in html


def test_moved_it_stands_at_the_new_holder_and_in_both_histories(agent: Client) -> None:
    old, new = a_subscriber(), somebody_else()

    answer = agent.post(take(new), {"reason": "Wrong SIM in the shop", "former": "corrected"})

    assert answer.status_code == 303
    assert Identifier.objects.get(valid_to=None).party == new.party
    for one in (old, new):
        assert "Wrong SIM in the shop" in numbers(agent, one)


def test_without_a_reason_it_does_not_move(agent: Client) -> None:
    old, new = a_subscriber(), somebody_else()

    answer = agent.post(take(new), {"reason": "", "former": "corrected"})

    assert answer.status_code == 422
    assert Identifier.objects.get().party == old.party


def test_what_changed_since_the_preview_is_shown_anew(agent: Client) -> None:
    a_subscriber()
    new = somebody_else()

    answer = agent.post(
        take(new), {"reason": "Wrong SIM", "former": "corrected", "seen": "other things"}
    )

    assert answer.status_code == 422
    assert "while you looked" in answer.content.decode()


@pytest.mark.parametrize("given", [{}, {"reason": "It was right"}])
def test_move_is_taken_back_by_the_notice_or_with_a_reason(
    agent: Client, given: dict[str, str]
) -> None:
    old, new = a_subscriber(), somebody_else()
    agent.post(take(new), {"reason": "Wrong SIM", "former": "corrected"})
    where = reverse("customers:undo_move", args=[new.pk, NumberMove.objects.get().pk])
    assert agent.get(where).status_code == 200

    answer = agent.post(where, given)

    assert answer.status_code == 303
    assert Identifier.objects.get(valid_to=None).party == old.party


def test_number_ends_without_anybody_else_getting_it(agent: Client) -> None:
    customer = a_subscriber()
    one = Identifier.objects.get()

    agent.post(
        reverse("customers:end_number", args=[customer.pk, one.pk]), {"because_of": "ported-out"}
    )

    one.refresh_from_db()
    assert one.ended_because == "ported-out"


def test_order_page_says_that_a_number_came_from_somebody_else(agent: Client) -> None:
    old, new = a_subscriber(), somebody_else()
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
