"""Record and change customers on screen."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.access import SYSTEM
from customers.models import AttributeDefinition, ContactMedium, Customer, Party, Product
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
    assert [row.one.customer_id for row in answer.context["alike"]] == [known.pk]
    assert Customer.objects.count() == 1
    client.post(reverse("customers:record"), PERSON | more | {"not_the_same": "on"})
    assert Customer.objects.count() == 2


def test_what_is_missing_is_said_beside_the_field() -> None:
    answer = as_role().post(reverse("customers:record"), {"type": "business"})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"trading_name": ["Say what the business is called."]}


def test_a_number_is_read_in_groups_and_stays_as_it_was_written() -> None:
    customer = a_customer(party=a_party(), phone="07700900123")
    client = as_role()

    page = client.get(reverse("customers:edit", args=[customer.pk]))
    edited(client, customer, family_name="Moss")

    assert 'value="+44 7700 900123"' in page.content.decode()
    number = ContactMedium.objects.get()
    assert (number.value, number.valid_to) == ("07700900123", None)


def test_a_birth_date_typed_before_it_was_a_business_is_not_kept_unseen() -> None:
    answer = as_role().post(
        reverse("customers:record"),
        {"type": "business", "trading_name": "Harbour Lane Dental", "birth_date": "1980-05-01"},
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["birth_date"]
    assert Party.objects.exists() is False


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
def test_a_contact_point_kept_for_one_use_is_shown_and_stays_for_it() -> None:
    customer = a_customer(party=(party := a_party()))
    a_medium(party, "mobile", "07700 900123", role="service", preferred=True)
    a_medium(party, "email", "bills@example.org", role="bills")

    form = as_role().get(reverse("customers:edit", args=[customer.pk])).context["form"]
    edited(as_role(), customer, mobile="07700 900124")

    assert (form["mobile"].value(), form["email"].value()) == (
        "+44 7700 900123",
        "bills@example.org",
    )
    current = ContactMedium.objects.filter(valid_to=None).order_by("type")
    assert list(current.values_list("value", "role", "preferred")) == [
        ("bills@example.org", "bills", False),
        ("07700 900124", "service", True),
    ]


@pytest.mark.req("R-CIM-6")
def test_a_contact_point_for_everything_is_shown_before_one_for_bills() -> None:
    customer = a_customer(party=(party := a_party()))
    a_medium(party, "email", "bills@example.org", role="bills", preferred=True)
    a_medium(party, "email", "me@example.org")

    edited(as_role(), customer, email="new@example.org")

    current = ContactMedium.objects.filter(valid_to=None).order_by("value")
    assert list(current.values_list("value", "role")) == [
        ("bills@example.org", "bills"),
        ("new@example.org", ""),
    ]


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
    (clash,) = answer.context["clashes"]
    assert (clash.label, clash.original, clash.theirs, clash.mine, clash.both) == (
        "Segment", "bronze", "gold", "silver", True,
    )  # fmt: skip
    customer.refresh_from_db()
    assert customer.segment == "gold"


@pytest.mark.req("R-CIM-6")
def test_what_only_the_other_one_changed_is_taken_over_when_saved_again() -> None:
    customer, client = a_customer(segment="bronze", care_note="Alarm"), as_role()
    url = reverse("customers:edit", args=[customer.pk])
    form = client.get(url).context["form"]
    shown = {name: form[name].value() or "" for name in form.fields}
    update_customer(
        customer_id=customer.pk,
        changes={"care_note": "Alarm on the line"},
        trigger="other-process",
        actor=SYSTEM,
    )

    told = client.post(url, shown | {"segment": "silver", "trigger": "customer-notified"})
    again = {name: told.context["form"][name].value() or "" for name in form.fields}
    client.post(url, again)

    customer.refresh_from_db()
    assert (customer.segment, customer.care_note) == ("silver", "Alarm on the line")


@pytest.mark.req("R-CIM-6")
def test_an_attribute_the_installation_defined_is_asked_checked_and_shown() -> None:
    AttributeDefinition.objects.create(
        key="loyalty", label="Loyalty points", value_type="whole", least=0, customer_type="consumer"
    )
    customer, client = a_customer(), as_role()

    refused = edited(client, customer, attribute_loyalty="-3")
    kept = edited(client, customer, attribute_loyalty="120")

    assert "at least 0" in refused.content.decode()
    assert kept.status_code == 303
    customer.refresh_from_db()
    assert customer.characteristics == [{"name": "loyalty", "value": 120}]
    page = client.get(reverse("customers:page", args=[customer.pk])).content.decode()
    assert "Loyalty points" in page


@pytest.mark.req("R-CIM-17")
def test_a_number_that_cannot_be_one_is_said_beside_its_field() -> None:
    customer, client = a_customer(), as_role()

    refused = edited(client, customer, mobile="077")

    assert refused.status_code == 422
    assert "no phone number" in refused.context["form"].errors["mobile"][0]
    assert not ContactMedium.objects.exists()


def test_languages_and_countries_are_chosen_by_name() -> None:
    customer, client = a_customer(party=a_party(language="cy", nationality="GB")), as_role()

    html = client.get(reverse("customers:edit", args=[customer.pk])).content.decode()

    assert '<option value="cy" selected>Welsh</option>' in html
    assert '<option value="GB" selected>United Kingdom</option>' in html


def test_a_relationship_ends_with_a_reason() -> None:
    customer = a_customer()
    url = reverse("customers:end", args=[customer.pk])

    assert as_role("agent").get(url).status_code == 403
    as_role("team-lead").post(url, {"reason": "customer-asked"})

    customer.refresh_from_db()
    assert (customer.status, customer.end_reason) == ("terminated", "customer-asked")


def test_running_services_stop_first_or_with_the_relationship() -> None:
    customer = a_customer()
    Product.objects.create(customer=customer, name="Fibre 900")
    client, url = as_role("team-lead"), reverse("customers:end", args=[customer.pk])

    refused = client.post(url, {"reason": "customer-asked"})
    client.post(url, {"reason": "customer-asked", "stop_services": "on"})

    assert "Still running: Fibre 900" in refused.content.decode()
    customer.refresh_from_db()
    assert (customer.status, customer.products.get().status) == ("terminated", "ended")


def test_a_reader_is_refused() -> None:
    customer = a_customer()
    auditor = as_role("auditor")

    assert auditor.get(reverse("customers:record")).status_code == 403
    assert auditor.get(reverse("customers:edit", args=[customer.pk])).status_code == 403
