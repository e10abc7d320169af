"""Verify who is calling, on screen."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from crm.audit.models import Access
from customers.models import Account, CallerCheck, Customer
from tests.customers.factories import a_customer, a_medium, a_party, a_user

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-5")]

MASKED = ("view_customer", "view_all_customers", "verify_caller")


def amara() -> Customer:
    party = a_party(given_name="Amara", family_name="Reid", birth_date=date(1984, 3, 9))
    a_medium(party, "address", "14 Harbour Row", characteristic={"postCode": "WX4 2QT"})
    customer = a_customer(party=party)
    Account.objects.create(customer=customer, number="BA-773 0114 9", monthly_charge="64.20")
    return customer


def masked_agent() -> Client:
    client = Client()
    client.force_login(a_user(*MASKED))
    return client


def test_who_may_not_see_people_sees_this_one_while_the_caller_is_verified() -> None:
    customer, client = amara(), masked_agent()
    page = reverse("customers:page", args=[customer.pk])
    ask = reverse("customers:verify", args=[customer.pk])
    assert "Amara" not in client.get(page).content.decode()
    asked = client.get(ask).content.decode()
    for secret in ("Amara", "1984", "WX4", "0114"):
        assert secret not in asked

    client.post(
        reverse("customers:verify_answers", args=[customer.pk]),
        {"birth-date": "1984-03-09", "postcode": "WX4 2QT"},
    )

    html = client.get(page).content.decode()
    assert "Amara Reid" in html
    assert "64.20" not in html
    assert Access.objects.filter(purpose="verified-caller", subject_ids=[customer.pk]).exists()
    other = masked_agent().get(page).content.decode()
    assert "Amara" not in other


def test_a_wrong_answer_leads_back_and_is_kept_as_a_failure() -> None:
    customer, client = amara(), masked_agent()

    answer = client.post(
        reverse("customers:verify_answers", args=[customer.pk]),
        {"birth-date": "1984-03-09", "postcode": "WX4 2QU"},
    )

    assert answer["Location"] == reverse("customers:verify", args=[customer.pk])
    assert CallerCheck.objects.get().state == "failed"


def test_without_the_right_there_is_no_such_page() -> None:
    client = Client()
    client.force_login(a_user(role="auditor"))

    assert client.get(reverse("customers:verify", args=[amara().pk])).status_code == 403
