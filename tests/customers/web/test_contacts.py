"""Contact points on screen."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from customers import code_channels
from customers.models import ContactMedium, CustomerRole
from tests.customers.factories import a_customer, a_medium, a_party, a_user

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-17")]

ADDED = {"type": "mobile", "value": "07700 900318", "trigger": "customer-notified"}


def as_role(role: str = "agent") -> Client:
    client = Client()
    client.force_login(a_user(role=role))
    return client


def test_a_point_is_added_verified_by_code_and_stands_on_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(code_channels, "resolve", lambda *_args, **_more: None)
    customer, client = a_customer(), as_role()
    new = reverse("customers:add_contact", args=[customer.pk])

    client.post(new, ADDED | {"type": "email", "value": "amara@example.org"})
    medium = ContactMedium.objects.get()
    client.post(reverse("customers:send_code", args=[customer.pk, medium.pk]))
    said = re.search(r"\d{6}", str(mail.outbox[-1].body))
    assert said
    confirm = reverse("customers:confirm_code", args=[customer.pk, medium.pk])
    wrong = client.post(confirm, {"code": "1"})
    right = client.post(confirm, {"code": said[0]})

    assert (wrong.status_code, right.status_code) == (422, 303)
    medium.refresh_from_db()
    assert medium.state == "verified"
    html = client.get(reverse("customers:page", args=[customer.pk])).content.decode()
    assert "amara@example.org" in html


def test_where_no_gateway_is_connected_the_page_says_what_to_do_instead() -> None:
    customer = a_customer(phone="07700 900318")
    medium = ContactMedium.objects.get()

    html = (
        as_role().get(reverse("customers:contact", args=[customer.pk, medium.pk])).content.decode()
    )

    assert "No SMS gateway is connected. Verify by call-back or document." in html
    assert "Send a code" not in html


def test_an_address_is_typed_in_parts_with_its_country_by_name() -> None:
    customer, client = a_customer(), as_role()
    new = reverse("customers:add_contact", args=[customer.pk])
    parts = {"street1": "14 Harbour Row", "postCode": "WX4 2QT", "city": "Wexcombe"}

    client.post(new, ADDED | parts | {"type": "address", "value": "", "country": "GB"})

    medium = ContactMedium.objects.get()
    assert medium.value == "14 Harbour Row, WX4 2QT, Wexcombe"
    assert medium.characteristic == parts | {"country": "GB"}
    html = client.get(new).content.decode()
    assert '<option value="PL">Poland</option>' in html


def test_an_ended_point_stands_again_by_undo() -> None:
    customer, client = a_customer(phone="07700 900318"), as_role()
    medium = ContactMedium.objects.get()

    client.post(reverse("customers:end_contact", args=[customer.pk, medium.pk]))
    assert not ContactMedium.objects.current().exists()
    client.post(reverse("customers:reopen_contact", args=[customer.pk, medium.pk]))

    assert ContactMedium.objects.current().get() == medium


def test_a_point_of_a_stranger_is_not_there_and_one_of_an_authorised_contact_is() -> None:
    customer, client = a_customer(), as_role()
    other = a_medium(a_party(), "mobile", "07700 900777")
    where = reverse("customers:contact", args=[customer.pk, other.pk])

    assert client.get(where).status_code == 404
    CustomerRole.objects.create(customer=customer, party=other.party, role="authorised-contact")
    assert client.get(where).status_code == 200


def test_a_call_back_verifies_with_who_answered() -> None:
    customer, client = a_customer(phone="07700 900318"), as_role()
    medium = ContactMedium.objects.get()
    where = reverse("customers:confirm_by_hand", args=[customer.pk, medium.pk])

    assert client.post(where, {"method": "call-back"}).status_code == 422
    client.post(where, {"method": "call-back", "reference": "she herself"})

    medium.refresh_from_db()
    assert medium.verified_by == "call-back"


def test_a_reader_is_refused() -> None:
    customer = a_customer(phone="07700 900318")
    medium = ContactMedium.objects.get()
    auditor = as_role("auditor")

    for name in ("contact", "end_contact"):
        where = reverse(f"customers:{name}", args=[customer.pk, medium.pk])
        assert auditor.post(where).status_code == 403
