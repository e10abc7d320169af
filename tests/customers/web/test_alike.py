"""Who looks like the person being typed."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.access import SYSTEM
from crm.audit.models import Access
from customers.models import Customer, DuplicateCase
from customers.processes.deduplicate import dismiss
from tests.customers.factories import a_customer, a_party, a_team, a_user

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-5")]

TYPED = {
    "type": "consumer", "given_name": "Tomaz", "family_name": "Wieczorek",
    "mobile": "+44 7700 911671",
}  # fmt: skip


def as_agent(*permissions: str) -> Client:
    client = Client()
    user = a_user(*permissions) if permissions else a_user(role="agent")
    client.force_login(user)
    return client


def tomasz(**fields: Any) -> Customer:
    party = a_party(given_name="Tomasz", family_name="Wieczorek")
    return a_customer(party=party, phone="07700 911671", **fields)


def while_changing(client: Client, customer: Customer) -> Any:
    return client.post(reverse("customers:alike_others", args=[customer.pk]), TYPED)


def test_likely_records_show_while_somebody_types() -> None:
    tomasz()

    answer = as_agent().post(reverse("customers:alike"), TYPED).content.decode()

    assert "Tomasz Wieczorek" in answer
    assert "phone: same" in answer.casefold()


def test_a_change_shows_the_others_and_never_the_record_itself() -> None:
    mine, other = tomasz(), tomasz()
    client = as_agent()

    found = while_changing(client, mine).context["alike"]

    assert [row.one.customer_id for row in found] == [other.pk]
    assert Access.objects.get(action="search").subject_ids == [other.pk]


def test_who_was_told_apart_is_not_shown_again() -> None:
    mine, other = tomasz(), tomasz()
    assert mine.party_id
    assert other.party_id
    case = DuplicateCase.objects.create(
        left_id=mine.party_id, right_id=other.party_id, score=99, source="run"
    )
    dismiss(case_id=case.pk, reason="Father and son", actor=SYSTEM)

    assert while_changing(as_agent(), mine).context["alike"] == []


def test_a_customer_of_others_is_found_and_not_named() -> None:
    tomasz(care_team=a_team())
    client = as_agent("view_customer", "view_personal_data", "record_customer")

    answer = client.post(reverse("customers:alike"), TYPED).content.decode()

    assert "Somebody your role does not show" in answer
    assert "Wieczorek" not in answer


def test_whoever_may_not_change_records_is_told_nothing() -> None:
    mine = tomasz()

    answer = while_changing(as_agent("view_customer", "view_personal_data"), mine)

    assert answer.status_code == 403
