"""The same call at the same moment."""

import pytest
from django.test import Client

from customers.models import Customer
from tests.crm.tmf.partners import CUSTOMER, a_body, a_partner
from tests.racing import at_once


@pytest.mark.django_db(transaction=True)
def test_one_key_sent_by_several_threads_at_once_happens_once() -> None:
    partner = a_partner()
    heard: list[tuple[int, str]] = []

    def call() -> None:
        answer = Client().post(
            CUSTOMER,
            a_body(),
            content_type="application/json",
            headers={"Authorization": f"Bearer {partner.token}", "Idempotency-Key": "k-1"},
        )
        heard.append((answer.status_code, answer.json().get("id", "")))

    assert at_once(*[call] * 6) == []

    assert Customer.objects.count() == 1
    assert {status for status, _id in heard} <= {201, 409}
    made = {found for status, found in heard if status == 201}
    assert made == {str(Customer.objects.get().public_id)}
