"""Restore a value."""

import pytest

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.history import changes_of
from customers.models import Account, ContactMedium, Customer
from customers.processes.keep_contacts import end_contact_point
from customers.processes.restore_value import restore_value
from customers.processes.update_information import update_customer, update_party
from tests.customers.factories import a_customer

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]

CLEANING = "back-office-cleansing"


def restored(customer: Customer, field: str, number: int = 0) -> object:
    changes = [one for one in changes_of(customer, 50, billing=True) if one.field == field]
    return restore_value(
        customer_id=customer.pk,
        thing=changes[number].model,
        event_id=changes[number].event_id,
        field=field,
        trigger=CLEANING,
        actor=SYSTEM,
    )


def test_an_earlier_value_of_the_customer_comes_back_as_a_change_of_its_own() -> None:
    customer = a_customer(segment="bronze")
    for segment in ("silver", "gold"):
        update_customer(
            customer_id=customer.pk, changes={"segment": segment}, trigger=CLEANING, actor=SYSTEM
        )
    customer.refresh_from_db()

    restored(customer, "segment", number=1)

    customer.refresh_from_db()
    assert customer.segment == "bronze"
    assert (
        len([one for one in changes_of(customer, 50, billing=True) if one.field == "segment"]) == 3
    )


def test_a_name_comes_back_and_finds_its_owner_again() -> None:
    customer = a_customer()
    update_party(
        party_id=customer.party_id or 0,
        changes={"family_name": "Moss"},
        trigger=CLEANING,
        actor=SYSTEM,
    )
    customer.refresh_from_db()

    restored(customer, "family_name")

    assert customer.party
    customer.party.refresh_from_db()
    assert customer.party.name == "Priya Nair"


def test_an_ended_contact_point_stands_again() -> None:
    customer = a_customer(email="priya@example.org")
    medium = ContactMedium.objects.get()
    end_contact_point(medium_id=medium.pk, trigger=CLEANING, actor=SYSTEM)

    restored(customer, "valid_to")

    assert list(ContactMedium.objects.current()) == [medium]


def test_a_state_is_not_a_value_to_put_back() -> None:
    customer = a_customer(status="prospect")
    update_customer(
        customer_id=customer.pk, changes={"status": "active"}, trigger=CLEANING, actor=SYSTEM
    )
    customer.refresh_from_db()

    with pytest.raises(RuleBroken) as broken:
        restored(customer, "status")

    assert broken.value.code == "not-restorable"


def test_nothing_of_another_customer_is_put_into_this_one() -> None:
    one, other = a_customer(segment="bronze"), a_customer(segment="iron")
    update_customer(
        customer_id=other.pk, changes={"segment": "gold"}, trigger=CLEANING, actor=SYSTEM
    )
    other.refresh_from_db()
    (change,) = changes_of(other, 5, billing=True)

    with pytest.raises(Customer.DoesNotExist):
        restore_value(
            customer_id=one.pk,
            thing="customer",
            event_id=change.event_id,
            field="segment",
            trigger=CLEANING,
            actor=SYSTEM,
        )


def test_what_is_paid_is_history_for_those_only_who_may_see_it() -> None:
    customer = a_customer()
    account = Account.objects.create(customer=customer, number="A-1", payment_method="card")
    Account.objects.filter(pk=account.pk).update(payment_method="debit")

    shown = [one.field for one in changes_of(customer, 50, billing=True)]
    hidden = [one.field for one in changes_of(customer, 50, billing=False)]

    assert "payment_method" in shown
    assert "payment_method" not in hidden
