"""What deliveries say about a contact point is kept, once."""

import pytest

from crm.access import SYSTEM
from customers.contactability import may_contact
from customers.models import ContactMedium
from customers.processes.validate_contact import mark_unreachable
from tests.customers.factories import a_customer

pytestmark = pytest.mark.django_db


@pytest.mark.req("R-CIM-17")
def test_an_address_that_bounced_is_marked_once_and_not_used_again() -> None:
    customer = a_customer(email="priya@example.org")
    medium = ContactMedium.objects.get(value="priya@example.org")

    said = [mark_unreachable(medium_id=medium.pk, reason="550", actor=SYSTEM) for _ in range(2)]

    medium.refresh_from_db()
    assert (said, medium.state) == ([True, False], "unreachable")
    assert customer.party_id is not None
    answer = may_contact(party_id=customer.party_id, purpose="service", channel="email")
    assert answer.allowed is False
