"""Terminate Customer Relationship."""

import pytest
from django.core.exceptions import PermissionDenied

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers.models import Customer, Product
from customers.processes.terminate_relationship import terminate_relationship
from tests.customers.factories import a_customer, an_agent

pytestmark = pytest.mark.django_db

FRAUD = "fraud"


def test_everyone_is_told_once_however_often_it_is_asked() -> None:
    customer = a_customer()

    for _ in range(2):
        terminate_relationship(customer_id=customer.pk, reason=FRAUD, actor=SYSTEM)

    assert OutboxEvent.objects.get().payload == {"customer_id": customer.pk, "reason": FRAUD}


def test_refused_agent_changes_nothing() -> None:
    customer = a_customer()

    with pytest.raises(PermissionDenied):
        terminate_relationship(customer_id=customer.pk, reason=FRAUD, actor=an_agent())

    customer.refresh_from_db()
    assert customer.status == Customer.Status.ACTIVE
    assert OutboxEvent.objects.exists() is False


def test_an_unknown_reason_is_refused() -> None:
    customer = a_customer()

    with pytest.raises(RuleBroken) as broken:
        terminate_relationship(customer_id=customer.pk, reason="boredom", actor=SYSTEM)

    assert broken.value.field == "reason"


@pytest.mark.req("R-CIM-6")
def test_nobody_is_cut_off_by_ending_a_record() -> None:
    customer = a_customer()
    Product.objects.create(customer=customer, name="Fibre 900")

    with pytest.raises(RuleBroken) as broken:
        terminate_relationship(customer_id=customer.pk, reason=FRAUD, actor=SYSTEM)
    assert (broken.value.code, broken.value.details) == (
        "services-still-run", {"services": ["Fibre 900"]},
    )  # fmt: skip

    terminate_relationship(customer_id=customer.pk, reason=FRAUD, stop_services=True, actor=SYSTEM)
    assert customer.products.get().status == "ended"
