"""Manage Customer Relationship."""

from typing import Any

import pytest

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers.lifecycle import NEXT
from customers.models import Customer, Product, SearchToken
from customers.processes.manage_relationship import activate, end_services
from customers.processes.update_information import update_customer
from tests.customers.factories import a_customer, a_party, an_agent

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]

DATED: dict[str, dict[str, Any]] = {
    "terminated": {"ended_at": "2026-01-01T00:00:00Z", "end_reason": "fraud"}
}


@pytest.mark.parametrize("old", Customer.Status.values)
@pytest.mark.parametrize("new", Customer.Status.values)
def test_a_plain_change_takes_only_the_steps_of_the_life(old: str, new: str) -> None:
    customer = a_customer(status=old, **DATED.get(old, {}))
    possible = new in NEXT[old] and "terminated" not in (old, new)

    if old == new or possible:
        update_customer(
            customer_id=customer.pk,
            changes={"status": new},
            trigger="customer-notified",
            actor=SYSTEM,
        )
    else:
        with pytest.raises(RuleBroken):
            update_customer(
                customer_id=customer.pk,
                changes={"status": new},
                trigger="customer-notified",
                actor=SYSTEM,
            )

    customer.refresh_from_db()
    assert customer.status == (new if possible else old)


def test_services_ended_is_not_the_end_of_the_relationship() -> None:
    customer = a_customer()
    Product.objects.create(customer=customer, name="Fibre 900", service_number="FTTP-882017")
    SearchToken.objects.refresh([customer.pk])

    end_services(customer_id=customer.pk, reason="moved abroad", actor=SYSTEM)

    customer.refresh_from_db()
    assert (customer.status, customer.ended_at) == ("services-ended", None)
    assert customer.products.get().status == "ended"
    assert not SearchToken.objects.filter(token__startswith="fttp").exists()
    activate(customer_id=customer.pk, actor=SYSTEM)
    customer.refresh_from_db()
    assert customer.status == "active"
    states = [
        (one.payload["old"], one.payload["new"])
        for one in OutboxEvent.objects.filter(name="customer.status_changed").order_by("pk")
    ]
    assert states == [("active", "services-ended"), ("services-ended", "active")]


def test_a_step_asked_twice_is_one_step() -> None:
    customer = a_customer(status="prospect")

    for _ in range(2):
        activate(customer_id=customer.pk, actor=SYSTEM)

    customer.refresh_from_db()
    assert customer.since is not None
    assert OutboxEvent.objects.count() == 1


def test_a_prospect_has_no_services_to_end() -> None:
    customer = a_customer(status="prospect")

    with pytest.raises(RuleBroken) as broken:
        end_services(customer_id=customer.pk, actor=SYSTEM)

    assert (broken.value.code, broken.value.kind) == ("not-from-here", "conflict")


def test_a_party_that_may_not_be_seen_cannot_be_hung_on_a_customer() -> None:
    customer, party = a_customer(), a_party()
    agent = an_agent("update_information", "view_customer", "view_all_customers")

    with pytest.raises(type(party).DoesNotExist):
        update_customer(
            customer_id=customer.pk,
            changes={"party_id": party.pk},
            trigger="customer-notified",
            actor=agent,
        )
