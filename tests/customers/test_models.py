"""Rules that the database keeps, tried straight at it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from crm.access import SYSTEM
from customers.models import Customer, Identifier, Party, PartyRelationship, Product
from tests.customers.factories import a_customer, a_medium, a_party, a_team, an_agent

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("_case", "changes"),
    [
        ("unknown status", {"status": "sleeping"}),
        ("unknown type", {"type": "alien"}),
        ("ended without a date", {"status": "terminated", "end_reason": "fraud"}),
        ("ended without a reason", {"status": "terminated", "ended_at": DAY}),
        ("live with an end date", {"ended_at": DAY}),
        ("live with an end reason", {"end_reason": "fraud"}),
    ],
)
def test_database_refuses_a_customer(_case: str, changes: dict[str, Any]) -> None:
    customer = a_customer()

    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(**changes)


@pytest.mark.parametrize(
    ("_case", "changes"),
    [
        ("unknown kind", {"kind": "robot"}),
        ("unknown status", {"status": "asleep"}),
        ("dead before born", {"birth_date": date(2000, 1, 2), "death_date": date(2000, 1, 1)}),
    ],
)
def test_database_refuses_a_party(_case: str, changes: dict[str, Any]) -> None:
    party = a_party()

    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.filter(pk=party.pk).update(**changes)


def test_a_verified_contact_point_has_a_date() -> None:
    medium = a_medium(a_party(), "email", "a@example.org")

    with pytest.raises(IntegrityError), transaction.atomic():
        type(medium).objects.filter(pk=medium.pk).update(state="verified")


def test_a_product_is_active_ending_or_ended() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.create(customer=a_customer(), name="Line", status="lost")


def test_a_number_names_one_party_at_a_time_and_can_be_given_again() -> None:
    first, second = a_party(), a_party()
    Identifier.objects.create(party=first, kind="msisdn", value="1", valid_to=DAY, valid_from=DAY)
    Identifier.objects.create(party=second, kind="msisdn", value="1")

    with pytest.raises(IntegrityError), transaction.atomic():
        Identifier.objects.create(party=first, kind="msisdn", value="1")


def test_nobody_is_related_to_themselves() -> None:
    party = a_party()

    with pytest.raises(IntegrityError), transaction.atomic():
        PartyRelationship.objects.create(source=party, target=party, kind="partner")


def test_a_relationship_stands_once() -> None:
    one, other = a_party(), a_party()
    PartyRelationship.objects.create(source=one, target=other, kind="payer")

    with pytest.raises(IntegrityError), transaction.atomic():
        PartyRelationship.objects.create(source=one, target=other, kind="payer")


def test_an_agent_sees_the_customers_of_their_teams_only() -> None:
    team = a_team()
    ours = a_customer(care_team=team)
    a_customer()

    agent = an_agent("view_customer", teams=(team,))

    assert list(Customer.objects.visible_to(agent)) == [ours]
    assert Customer.objects.visible_to(an_agent()).exists() is False
    assert Customer.objects.visible_to(SYSTEM).count() == 2


def test_any_change_moves_the_revision_whoever_writes() -> None:
    customer = a_customer()

    Customer.objects.filter(pk=customer.pk).update(segment="gold")

    customer.refresh_from_db()
    assert customer.revision == 2
