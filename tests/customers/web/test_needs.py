"""How a customer wishes to be told, on screen."""

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import CommunicationNeed, CustomerRole
from tests.customers.factories import a_customer, a_party, a_user

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-18")]


def test_a_wish_is_kept_shown_changed_and_dropped() -> None:
    customer, person = a_customer(), a_party(given_name="Ngozi", family_name="Okonjo")
    CustomerRole.objects.create(customer=customer, party=person, role="payer")
    client = Client()
    client.force_login(a_user(role="agent"))
    where = reverse("customers:needs", args=[customer.pk])
    given = {
        "topic": "bill", "channel": "letter", "language": "cy", "format": "large-print",
        "quiet_from": "20:00", "quiet_to": "08:00", "accessibility": "Speak slowly",
        "contact_person": person.pk, "trigger": "customer-notified",
    }  # fmt: skip

    assert client.post(where, given).status_code == 303
    html = client.get(where, {"topic": "bill"}).content.decode()
    for text in ("Letter, 08:00–20:00", "Welsh", "Large print", "Ngozi Okonjo"):
        assert text in html
    refused = client.post(where, given | {"quiet_to": ""})
    assert refused.status_code == 422
    client.post(reverse("customers:forget_need", args=[customer.pk, "bill"]))

    assert not CommunicationNeed.objects.exists()
