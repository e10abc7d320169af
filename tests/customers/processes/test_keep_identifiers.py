"""Keep Identifiers: a number that moves on takes nobody with it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.contactability import may_contact
from customers.models import ContactMedium, Customer, Identifier, Product
from customers.processes.keep_identifiers import (
    assign_identifier,
    canonical,
    end_identifier,
    follow_validity,
)
from customers.reads import find_customers
from tests.crm.tmf.partners import INDIVIDUAL, a_partner
from tests.customers.factories import a_customer, a_party, a_team, a_user, an_agent

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-7")]

NUMBER, NETWORK = "07700 900671", "447700900671"


def a_subscriber(name: str) -> Customer:
    customer = a_customer(party=a_party(given_name=name, family_name="Reid"), phone=NUMBER)
    Product.objects.create(customer=customer, name="Mobile", service_number=NETWORK)
    given_to(customer)
    return customer


def given_to(customer: Customer, former: str = "recycled") -> Identifier:
    return assign_identifier(
        party_id=customer.party_id or 0, kind="msisdn", value=NUMBER, former=former, actor=SYSTEM
    )


def found(text: str) -> list[int]:
    return [one.customer_id for one in find_customers(SYSTEM, text, 10)]


@pytest.mark.parametrize("former", ["recycled", "ported-out"])
@pytest.mark.parametrize("text", [NUMBER, "+44 7700 900671", "900671", "0671", NETWORK])
def test_a_number_that_moved_on_finds_only_whose_it_is_now(former: str, text: str) -> None:
    old = a_subscriber("Amara")
    assert found(text) == [old.pk]
    new = a_customer(party=a_party(given_name="Zola", family_name="Bell"))

    given_to(new, former)

    assert found(text) == [new.pk]


def test_service_ends_on_the_day_of_the_place_not_of_greenwich() -> None:
    identifier = given_to(a_subscriber("Amara"))
    at = (timezone.now() + timedelta(days=1)).replace(hour=23, minute=30)

    with timezone.override("Europe/Berlin"):
        end_identifier(identifier_id=identifier.pk, because_of="returned", at=at, actor=SYSTEM)

    assert Product.objects.get().valid_to == at.date() + timedelta(days=1)


def test_neither_page_nor_api_of_the_former_subscriber_shows_the_number() -> None:
    old = a_subscriber("Amara")
    given_to(a_customer(party=a_party(given_name="Zola", family_name="Bell")))
    client = Client()
    client.force_login(a_user(role="agent"))

    html = client.get(reverse("customers:page", args=[old.pk])).content.decode()
    assert old.party
    answer = a_partner().get(f"{INDIVIDUAL}/{old.party.public_id}")

    for shown in (html, answer.content.decode()):
        assert "900671" not in shown.replace(" ", "")


def test_nobody_is_written_to_at_a_number_that_is_somebody_elses() -> None:
    old = a_subscriber("Amara")
    given_to(a_customer(party=a_party(given_name="Zola", family_name="Bell")))

    answer = may_contact(party_id=old.party_id or 0, purpose="service", channel="sms")

    assert answer.allowed is False


def test_the_past_of_a_number_stays_on_record() -> None:
    old = a_subscriber("Amara")
    new = a_customer(party=a_party(given_name="Zola", family_name="Bell"))
    given_to(new, "ported-out")

    held = Identifier.objects.order_by("pk").values_list("party", "ended_because")

    assert list(held) == [(old.party_id, "ported-out"), (new.party_id, "")]


def test_given_again_to_its_holder_it_stays_one() -> None:
    customer = a_subscriber("Amara")

    assert given_to(customer) == given_to(customer)
    assert Identifier.objects.count() == 1


def test_a_number_given_back_leads_nowhere() -> None:
    customer = a_subscriber("Amara")

    for _ in range(2):
        end_identifier(
            identifier_id=Identifier.objects.get().pk, because_of="returned", actor=SYSTEM
        )

    assert found(NUMBER) == []
    assert customer.products.get().status == "ended"


@pytest.mark.parametrize(
    ("kind", "value", "one_spelling"),
    [
        ("msisdn", "+44 7700 900671", NETWORK),
        ("msisdn", NETWORK, NETWORK),
        ("imsi", "234 15 0999999999", "234150999999999"),
        ("iccid", "8944 1100 0000 0000 123", "8944110000000000123"),
        ("account", " BA-1 ", "BA-1"),
    ],
)
def test_an_identifier_has_one_spelling(kind: str, value: str, one_spelling: str) -> None:
    assert canonical(kind, value) == one_spelling


@pytest.mark.parametrize(("kind", "value"), [("msisdn", "12"), ("imsi", "12a"), ("iccid", "1")])
def test_what_cannot_be_an_identifier_is_refused(kind: str, value: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        canonical(kind, value)

    assert broken.value.field == "value"


def test_what_ends_by_its_own_date_is_followed_when_it_passes() -> None:
    customer = a_subscriber("Amara")
    an_hour_ago = timezone.now() - timedelta(hours=1)
    # Ended in advance, and the end has come: nothing touched the words to find it by.
    ContactMedium.objects.update(valid_to=an_hour_ago)
    Identifier.objects.update(valid_to=an_hour_ago, valid_from=an_hour_ago - timedelta(days=9))
    Product.objects.update(status="ended")
    assert found(NUMBER) == [customer.pk]

    follow_validity(since=timezone.now() - timedelta(hours=2), actor=SYSTEM)

    assert found(NUMBER) == []


def test_number_of_somebody_out_of_sight_is_neither_taken_nor_named() -> None:
    a_subscriber("Amara")
    ours = a_team()
    mine = a_customer(party=a_party(given_name="Zola"), care_team=ours)
    actor = an_agent("update_information", "view_customer", "view_party", teams=(ours,))

    with pytest.raises(RuleBroken) as refused:
        assign_identifier(party_id=mine.party_id or 0, kind="msisdn", value=NUMBER, actor=actor)

    assert refused.value.code == "holder-out-of-sight"
    assert "Amara" not in refused.value.message
    assert Identifier.objects.get().valid_to is None
