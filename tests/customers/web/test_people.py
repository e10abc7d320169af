"""Link somebody to a customer on screen."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer, CustomerRole, Party, PartyRelationship
from tests.customers.factories import a_customer, a_party, a_user

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-17")]

NGOZI = {"given_name": "Ngozi", "family_name": "Okonjo", "trigger": "customer-notified"}


@pytest.fixture
def client() -> Client:
    signed_in = Client()
    signed_in.force_login(a_user(role="agent"))
    return signed_in


def linked(client: Client, customer: Customer, **given: Any) -> Any:
    return client.post(reverse("customers:link", args=[customer.pk]), given)


def test_somebody_new_is_written_down_linked_and_verified_next(client: Client) -> None:
    customer = a_customer()

    answer = linked(client, customer, **NGOZI, mobile="07700 900318", part="role:payer")

    role = CustomerRole.objects.select_related("party").get()
    assert (role.customer, role.role, role.party.name) == (customer, "payer", "Ngozi Okonjo")
    medium = role.party.contact_media.get()
    assert answer["Location"] == reverse("customers:contact", args=[customer.pk, medium.pk])


def test_who_is_known_already_is_offered_before_a_second_one_is_written_down(
    client: Client,
) -> None:
    customer, known = a_customer(), a_customer(phone="07700 900318")
    given = NGOZI | {"mobile": "+447700900318", "part": "role:payer"}

    offered = linked(client, customer, **given)
    assert (offered.status_code, Party.objects.count()) == (422, 2)
    assert known.number in offered.content.decode()

    linked(client, customer, party=known.party_id, part="role:payer", trigger="customer-notified")
    assert CustomerRole.objects.get().party_id == known.party_id
    linked(client, customer, **given, sure="on")
    assert Party.objects.count() == 3


@pytest.mark.parametrize(
    ("part", "kind", "outward"),
    [
        ("out:parent", "parent", True),
        ("in:parent", "parent", False),
        ("out:household", "household", True),
    ],
)
def test_a_relationship_has_its_direction(
    part: str, kind: str, outward: bool, client: Client
) -> None:
    customer, other = a_customer(), a_party(given_name="Zola")

    linked(client, customer, party=other.pk, part=part, trigger="customer-notified")

    tie = PartyRelationship.objects.get()
    assert (tie.kind, tie.source_id == customer.party_id) == (kind, outward)


def test_a_circle_is_said_on_the_form(client: Client) -> None:
    customer = a_customer(party=a_party(kind="organization", trading_name="House"))
    group = a_party(kind="organization", trading_name="Group")
    more = {"party": group.pk, "trigger": "customer-notified"}
    linked(client, customer, part="in:subsidiary", **more)

    answer = linked(client, customer, part="out:subsidiary", **more)

    assert answer.status_code == 422
    assert "stands above" in answer.content.decode()


def test_somebody_is_looked_up(client: Client) -> None:
    customer = a_customer()
    other = a_customer(party=a_party(given_name="Ngozi", family_name="Okonjo"))

    html = client.get(reverse("customers:link", args=[customer.pk]), {"q": "ngozi"}).content

    assert f"?party={other.party_id}" in html.decode()


@pytest.mark.parametrize("what", ["role", "relation"])
def test_an_ended_tie_stands_again_by_undo(what: str, client: Client) -> None:
    customer, other = a_customer(), a_party(given_name="Zola")
    part = "role:user" if what == "role" else "out:parent"
    linked(client, customer, party=other.pk, part=part, trigger="customer-notified")
    model: Any = CustomerRole if what == "role" else PartyRelationship
    tie = model.objects.get()
    args = [customer.pk, what, tie.pk]

    client.post(reverse("customers:end_tie", args=args))
    tie.refresh_from_db()
    assert tie.valid_to is not None
    client.post(reverse("customers:tie_again", args=args))

    tie.refresh_from_db()
    assert tie.valid_to is None
    stranger = reverse("customers:end_tie", args=[a_customer().pk, what, tie.pk])
    assert client.post(stranger).status_code == 404
