"""Re-establish Customer Relationship."""

import pytest
from django.core.exceptions import PermissionDenied

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers.processes.reestablish_relationship import reestablish_relationship
from customers.processes.terminate_relationship import terminate_relationship
from tests.customers.factories import a_customer, an_agent

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]


def test_who_comes_back_finds_the_same_record_and_its_past() -> None:
    customer = a_customer(number="C-7")
    terminate_relationship(customer_id=customer.pk, reason="customer-asked", actor=SYSTEM)

    reestablish_relationship(customer_id=customer.pk, reason="came back", actor=SYSTEM)

    customer.refresh_from_db()
    assert (customer.number, customer.status) == ("C-7", "active")
    assert (customer.ended_at, customer.end_reason) == (None, "")
    kept = customer.events.order_by("-pgh_id").first()  # type: ignore[attr-defined]  # made by pghistory
    assert kept.end_reason == "customer-asked"
    assert OutboxEvent.objects.last().name == "customer.status_changed"  # type: ignore[union-attr]  # just published


def test_what_never_ended_is_not_taken_up_again() -> None:
    with pytest.raises(RuleBroken) as broken:
        reestablish_relationship(customer_id=a_customer().pk, reason="x", actor=SYSTEM)

    assert broken.value.code == "not-ended"


def test_who_ceased_to_exist_does_not_come_back() -> None:
    customer = a_customer()
    terminate_relationship(customer_id=customer.pk, reason="customer-ceased", actor=SYSTEM)

    with pytest.raises(RuleBroken) as broken:
        reestablish_relationship(customer_id=customer.pk, reason="x", actor=SYSTEM)

    assert broken.value.code == "ceased-to-exist"


def test_an_agent_without_the_right_changes_nothing() -> None:
    customer = a_customer()
    terminate_relationship(customer_id=customer.pk, reason="fraud", actor=SYSTEM)

    with pytest.raises(PermissionDenied):
        reestablish_relationship(customer_id=customer.pk, reason="x", actor=an_agent(role="agent"))

    customer.refresh_from_db()
    assert customer.status == "terminated"
