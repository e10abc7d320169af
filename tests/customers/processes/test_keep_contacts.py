"""Keep Contacts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.models import ContactMedium, Party
from customers.processes.keep_contacts import (
    add_contact_point,
    change_contact_point,
    end_contact_point,
    reopen_contact_point,
)
from customers.reads import find_customers
from tests.customers.factories import a_customer, a_party

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]

NOTIFIED = "customer-notified"


def added(party: Party, kind: str, value: str, **more: object) -> ContactMedium:
    return add_contact_point(
        party_id=party.pk,
        medium={"type": kind, "value": value, **more},
        trigger=NOTIFIED,
        actor=SYSTEM,
    )


def found(text: str) -> list[int]:
    return [one.customer_id for one in find_customers(SYSTEM, text, 5)]


def test_an_added_point_has_one_spelling_and_finds_its_owner() -> None:
    customer = a_customer()
    assert customer.party

    medium = added(customer.party, "mobile", "07700 900 318")

    assert medium.normalised == "+447700900318"
    assert found("900318") == [customer.pk]
    assert added(customer.party, "mobile", "07700 900 318") == medium


@pytest.mark.parametrize(
    ("kind", "value"), [("mobile", "077"), ("email", "amara@"), ("phone", "x"), ("address", "")]
)
def test_what_cannot_be_read_is_refused_beside_the_field(kind: str, value: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        added(a_party(), kind, value)

    assert (broken.value.field, ContactMedium.objects.count()) == ("value", 0)


def test_one_point_is_preferred_at_a_time() -> None:
    party = a_party()
    added(party, "mobile", "07700 900318", preferred=True)

    added(party, "email", "amara@example.org", preferred=True)

    preferred = party.contact_media.filter(preferred=True).values_list("type", flat=True)
    assert list(preferred) == ["email"]


def test_a_corrected_number_is_unverified_and_the_same_one_respelt_is_not() -> None:
    party = a_party()
    medium = added(party, "mobile", "07700 900318", state="verified", verified_at=timezone.now())

    for value, state in (("+44 7700 900318", "verified"), ("07700 900319", "unverified")):
        change_contact_point(
            medium_id=medium.pk, changes={"value": value}, trigger=NOTIFIED, actor=SYSTEM
        )
        medium.refresh_from_db()
        assert medium.state == state


def test_an_ended_point_finds_nobody_until_it_stands_again() -> None:
    customer = a_customer(phone="07700 900318")
    medium = ContactMedium.objects.get()

    end_contact_point(medium_id=medium.pk, trigger=NOTIFIED, actor=SYSTEM)
    assert found("900318") == []
    reopen_contact_point(medium_id=medium.pk, trigger=NOTIFIED, actor=SYSTEM)

    assert found("900318") == [customer.pk]


def test_a_point_of_tomorrow_is_not_used_today() -> None:
    party = a_party()
    tomorrow = timezone.now() + timedelta(days=1)

    added(party, "mobile", "07700 900318", valid_from=tomorrow)
    added(party, "email", "amara@example.org", valid_to=tomorrow)

    assert [one.type for one in party.contact_media.current()] == ["email"]


def test_somebody_elses_change_meanwhile_is_said_first() -> None:
    party = a_party()
    added(party, "mobile", "07700 900318")

    with pytest.raises(RuleBroken) as broken:
        add_contact_point(
            party_id=party.pk,
            medium={"type": "email", "value": "amara@example.org"},
            expected_revision=1,
            trigger=NOTIFIED,
            actor=SYSTEM,
        )

    assert broken.value.kind == "precondition"
