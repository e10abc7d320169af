"""Holds."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from crm.access import SYSTEM
from customers.models import Customer, Hold
from customers.processes.place_hold import place_hold, release_hold
from tests.customers.factories import a_customer, an_agent

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-12")]


def test_the_same_hold_twice_is_one_hold() -> None:
    customer = a_customer()

    for _ in range(2):
        place_hold(customer_id=customer.pk, kind="interaction", reference="7", actor=SYSTEM)

    assert Hold.objects.count() == 1


def test_a_released_hold_can_be_placed_anew() -> None:
    customer = a_customer()
    same: dict[str, Any] = {"customer_id": customer.pk, "kind": "interaction", "reference": "7"}

    place_hold(**same, actor=SYSTEM)
    released = [release_hold(**same, actor=SYSTEM), release_hold(**same, actor=SYSTEM)]
    place_hold(**same, actor=SYSTEM)

    assert released == [True, False]
    assert Hold.objects.filter(released_at=None).count() == 1


def test_a_legal_hold_is_not_for_every_agent() -> None:
    customer = a_customer()

    with pytest.raises(PermissionDenied):
        place_hold(
            customer_id=customer.pk, kind="legal", reference="case 1", actor=an_agent(role="agent")
        )


def test_nobody_holds_a_customer_they_cannot_see() -> None:
    customer = a_customer()

    with pytest.raises(Customer.DoesNotExist):
        place_hold(customer_id=customer.pk, kind="interaction", reference="7", actor=an_agent())


@pytest.mark.parametrize("role", ["agent", "team-lead", "data-steward"])
def test_the_hold_of_an_open_matter_is_released_by_nobody_in_passing(role: str) -> None:
    customer = a_customer()
    same: dict[str, Any] = {
        "customer_id": customer.pk,
        "kind": "open-interaction",
        "reference": "7",
    }
    place_hold(**same, actor=SYSTEM)

    with pytest.raises(PermissionDenied):
        release_hold(**same, actor=an_agent(role=role))

    assert Hold.objects.filter(released_at=None).count() == 1
