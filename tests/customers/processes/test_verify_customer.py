"""Verify Customer."""

import pytest

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers.models import Customer, Identifier
from customers.processes.verify_customer import verify_customer
from tests.customers.factories import a_customer

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-5")]


def test_a_document_makes_a_prospect_a_verified_customer_once() -> None:
    customer = a_customer(status="prospect")

    for _ in range(2):
        verify_customer(
            customer_id=customer.pk, document="passport", reference=" 771 ", actor=SYSTEM
        )

    customer.refresh_from_db()
    assert customer.party
    assert (customer.status, customer.party.status) == ("verified", "validated")
    document = Identifier.objects.get(kind="document")
    assert (document.issuer, document.value) == ("passport", "771")
    assert sorted(OutboxEvent.objects.values_list("name", flat=True)) == [
        "customer.status_changed",
        "party.updated",
    ]


@pytest.mark.parametrize(
    ("_case", "reference", "party", "code"),
    [("no document", " ", True, "reference-needed"), ("nobody", "7", False, "nobody-behind")],
)
def test_without_a_person_or_a_document_nothing_is_verified(
    _case: str, reference: str, party: bool, code: str
) -> None:
    customer = a_customer(status="prospect")
    if not party:
        Customer.objects.filter(pk=customer.pk).update(party=None)

    with pytest.raises(RuleBroken) as broken:
        verify_customer(
            customer_id=customer.pk, document="passport", reference=reference, actor=SYSTEM
        )

    assert broken.value.code == code
    customer.refresh_from_db()
    assert customer.status == "prospect"
