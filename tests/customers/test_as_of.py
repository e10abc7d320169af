"""The record at any past moment."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from customers.as_of import AsOf, as_of
from customers.models import ContactMedium, Customer, Party
from customers.processes.keep_contacts import add_contact_point, end_contact_point
from customers.processes.keep_needs import record_need, remove_need
from customers.processes.keep_relations import tie, untie
from customers.processes.update_information import update_customer, update_party
from tests.customers.factories import a_customer, a_party

# Each change needs a moment of its own: the history takes the moment of its transaction.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("R-CIM-6")]

NOTIFIED = "customer-notified"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def then(customer: Customer, at: datetime, *, known_then: bool = True) -> AsOf:
    customer.refresh_from_db()
    found = as_of(customer, at, known_then=known_then)
    assert found is not None
    return found


def test_fields_contact_points_and_relations_are_as_they_were() -> None:
    customer = a_customer(segment="bronze", email="old@example.org", created_at=LONG_AGO)
    assert customer.party
    other = a_party(given_name="Zola")
    tied = tie(source_id=customer.party.pk, target_id=other.pk, kind="parent", actor=SYSTEM)
    before = timezone.now()
    update_customer(
        customer_id=customer.pk, changes={"segment": "gold"}, trigger=NOTIFIED, actor=SYSTEM
    )
    update_party(
        party_id=customer.party.pk,
        changes={"family_name": "Moss"},
        trigger=NOTIFIED,
        actor=SYSTEM,
    )
    end_contact_point(medium_id=ContactMedium.objects.get().pk, trigger=NOTIFIED, actor=SYSTEM)
    untie(relationship_id=tied.pk, actor=SYSTEM)

    was, now = then(customer, before), then(customer, timezone.now())

    assert (was.customer.segment, was.party and was.party.family_name) == ("bronze", "Nair")
    assert [one.value for one in was.contact_points] == ["old@example.org"]
    assert [one.target_id for one in was.relations] == [other.pk]
    assert (now.customer.segment, now.party and now.party.family_name) == ("gold", "Moss")
    assert (now.contact_points, now.relations) == ([], [])


def test_what_was_dropped_since_is_there_again() -> None:
    customer = a_customer(created_at=LONG_AGO)
    record_need(
        party_id=customer.party_id or 0,
        topic="bill",
        fields={"channel": "letter"},
        trigger=NOTIFIED,
        actor=SYSTEM,
    )
    before = timezone.now()
    remove_need(party_id=customer.party_id or 0, topic="bill", trigger=NOTIFIED, actor=SYSTEM)

    assert [one.channel for one in then(customer, before).needs] == ["letter"]
    assert then(customer, timezone.now()).needs == []


def test_true_then_and_known_then_are_two_questions() -> None:
    customer = a_customer(created_at=LONG_AGO)
    last_week = timezone.now() - timedelta(days=7)
    add_contact_point(
        party_id=customer.party_id or 0,
        medium={
            "type": "email",
            "value": "amara@example.org",
            "valid_from": timezone.now() - timedelta(days=30),
        },
        trigger=NOTIFIED,
        actor=SYSTEM,
    )

    assert then(customer, last_week).contact_points == []
    (true_then,) = then(customer, last_week, known_then=False).contact_points
    assert true_then.value == "amara@example.org"


def test_before_it_was_recorded_there_is_nothing() -> None:
    customer = a_customer()

    assert as_of(customer, LONG_AGO) is None


def test_whom_it_was_about_then_is_followed() -> None:
    customer = a_customer(created_at=LONG_AGO)
    first = customer.party_id
    before = timezone.now()
    update_customer(
        customer_id=customer.pk,
        changes={"party_id": a_party(given_name="Zola").pk},
        trigger=NOTIFIED,
        actor=SYSTEM,
    )

    was = then(customer, before).party
    assert isinstance(was, Party)
    assert was.pk == first
