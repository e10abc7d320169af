"""Record and change customers on screen."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.access import SYSTEM
from customers.models import ContactMedium, Customer, Party
from customers.processes.update_information import update_customer
from tests.customers.factories import a_customer, a_medium, a_party, a_user

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-5")]

PERSON = {"type": "consumer", "given_name": "Zoë", "family_name": "Luczak"}


def as_role(role: str = "agent") -> Client:
    client = Client()
    client.force_login(a_user(role=role))
    return client


def edited(client: Client, customer: Customer, **changes: Any) -> Any:
    url = reverse("customers:edit", args=[customer.pk])
    form = client.get(url).context["form"]
    shown = {name: form[name].value() or "" for name in form.fields}
    return client.post(url, shown | {"trigger": "customer-notified"} | changes)


def test_a_person_is_recorded_and_opened() -> None:
    answer = as_role().post(
        reverse("customers:record"), PERSON | {"mobile": "07700 900123", "email": "z@example.org"}
    )

    customer = Customer.objects.get()
    assert (answer.status_code, answer["Location"]) == (
        303,
        reverse("customers:page", args=[customer.pk]),
    )
    assert customer.name == "Zoë Luczak"
    assert ContactMedium.objects.count() == 2


@pytest.mark.parametrize(
    ("_case", "more"),
    [
        ("the same number in another notation", {"family_name": "Reid", "phone": "+447700900123"}),
        ("the same e-mail", {"family_name": "Reid", "email": "Z@example.org"}),
        ("the same name", {}),
    ],
)
def test_who_looks_alike_is_shown_before_anything_is_saved(
    _case: str, more: dict[str, str]
) -> None:
    party = a_party(given_name="Zoë", family_name="Luczak")
    known = a_customer(party=party, phone="07700 900123", email="z@example.org")
    client = as_role()

    answer = client.post(reverse("customers:record"), PERSON | more)

    assert answer.status_code == 422
    assert [one.customer_id for one in answer.context["alike"]] == [known.pk]
    assert Customer.objects.count() == 1
    client.post(reverse("customers:record"), PERSON | more | {"not_the_same": "on"})
    assert Customer.objects.count() == 2


def test_what_is_missing_is_said_beside_the_field() -> None:
    answer = as_role().post(reverse("customers:record"), {"type": "business"})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"trading_name": ["Say what the business is called."]}


@pytest.mark.req("R-CIM-6")
def test_a_change_keeps_what_the_form_does_not_show() -> None:
    party = a_party()
    customer = a_customer(party=party, phone="07700 900123")
    a_medium(party, "email", "bills@example.org", role="bills")

    answer = edited(as_role(), customer, family_name="Moss", mobile="07700 900124")

    assert answer.status_code == 303
    current = ContactMedium.objects.filter(valid_to=None).values_list("normalised", flat=True)
    assert sorted(current) == ["+447700900124", "bills@example.org"]
    assert Party.objects.get().name == "Priya Moss"
    customer.refresh_from_db()
    assert customer.name == "Priya Moss"


@pytest.mark.req("R-CIM-6")
def test_who_was_imported_without_a_name_is_reachable_before_anybody_says_it() -> None:
    customer = a_customer(party=a_party(given_name="", family_name=""), number="K-1", name="K-1")

    reachable = edited(as_role(), customer, mobile="07700 900124")
    customer.refresh_from_db()
    assert (reachable.status_code, customer.name) == (303, "K-1")
    named = edited(as_role(), customer, given_name="Kes")

    customer.refresh_from_db()
    assert (named.status_code, customer.name) == (303, "Kes")


@pytest.mark.req("R-CIM-6")
def test_what_is_told_of_a_customer_nobody_stands_behind_is_not_lost() -> None:
    customer = a_customer(number="K-2", name="K-2")
    Customer.objects.filter(pk=customer.pk).update(party=None)
    customer.refresh_from_db()

    told = {"given_name": "Kes", "mobile": "07700 900124", "party_revision": 0}
    answer = edited(as_role(), customer, **told)

    customer.refresh_from_db()
    assert (answer.status_code, customer.name) == (303, "Kes")
    assert customer.party is not None
    assert customer.party.contact_media.get().normalised == "+447700900124"


@pytest.mark.req("R-CIM-6")
def test_the_second_of_two_writers_sees_the_first_and_keeps_their_entries() -> None:
    customer, client = a_customer(segment="bronze"), as_role()
    url = reverse("customers:edit", args=[customer.pk])
    form = client.get(url).context["form"]
    shown = {name: form[name].value() or "" for name in form.fields}
    update_customer(
        customer_id=customer.pk, changes={"segment": "gold"}, trigger="other-process", actor=SYSTEM
    )

    answer = client.post(url, shown | {"segment": "silver", "trigger": "customer-notified"})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="silver"' in html
    assert ("Segment", "gold") in answer.context["theirs"]
    customer.refresh_from_db()
    assert customer.segment == "gold"


def test_a_relationship_ends_with_a_reason() -> None:
    customer = a_customer()
    url = reverse("customers:end", args=[customer.pk])

    assert as_role("agent").get(url).status_code == 403
    as_role("team-lead").post(url, {"reason": "customer-asked"})

    customer.refresh_from_db()
    assert (customer.status, customer.end_reason) == ("terminated", "customer-asked")


def test_a_reader_is_refused() -> None:
    customer = a_customer()
    auditor = as_role("auditor")

    assert auditor.get(reverse("customers:record")).status_code == 403
    assert auditor.get(reverse("customers:edit", args=[customer.pk])).status_code == 403
