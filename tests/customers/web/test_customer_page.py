"""The customer page."""

import re

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.access import SYSTEM, actor_for
from crm.accounts.models import User
from crm.audit.models import Access
from customers.models import Account, Agreement, Customer, PartyRelationship, Product
from customers.processes.keep_needs import record_need
from customers.processes.manage_consent import record_consent
from customers.processes.place_hold import place_hold
from customers.processes.update_information import update_customer
from customers.processes.verify_caller import see_document
from customers.reads import find_customers
from tests.customers.factories import a_customer, a_medium, a_party, a_user

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-7")]


def as_role(role: str = "agent") -> Client:
    client = Client()
    client.force_login(a_user(role=role))
    return client


def a_whole_customer() -> Customer:
    customer = a_customer(
        party=a_party(given_name="Amara", family_name="Reid"),
        phone="07700 900318",
        email="amara@example.org",
        care_note="Medical alarm on the line",
    )
    Account.objects.create(customer=customer, number=f"BA-{customer.pk}", monthly_charge="64.20")
    Agreement.objects.create(customer=customer, name="Home Plus Care", term="24 months")
    Product.objects.create(customer=customer, name="Fibre 900", kind="internet")
    other = a_customer(party=a_party(given_name="Daniel", family_name="Reid"))
    assert customer.party
    assert other.party
    PartyRelationship.objects.create(source=other.party, target=customer.party, kind="payer")
    place_hold(customer_id=customer.pk, kind="interaction", reference="INT-7", actor=SYSTEM)
    return customer


def page(client: Client, customer: Customer) -> str:
    answer = client.get(reverse("customers:page", args=[customer.pk]))
    assert answer.status_code == 200
    # An address may break before its @.
    return answer.content.decode().replace("<wbr>", "")


def test_everything_about_a_customer_stands_on_one_page() -> None:
    customer = a_whole_customer()

    html = page(as_role(), customer)

    for text in (
        "Amara Reid", "Medical alarm on the line", "+44 7700 900318", "amara@example.org",
        "Fibre 900", "Home Plus Care", "24 months", "Daniel Reid", "Bill paid by", "INT-7",
    ):  # fmt: skip
        assert text in html


def test_what_is_charged_opens_to_a_verified_caller() -> None:
    customer, client = a_whole_customer(), as_role()

    before = page(client, customer)
    see_document(
        customer_id=customer.pk,
        reference="passport 771",
        actor=actor_for(User.objects.get(pk=client.session["_auth_user_id"])),
    )

    assert "64.20" not in before
    assert "opens at level 2" in before
    after = page(client, customer)
    assert "64.20" in after
    assert "level 3 of 3" in after
    assert "64.20" in page(as_role("team-lead"), customer)


def test_what_was_answered_to_offers_stands_before_every_call() -> None:
    customer = a_whole_customer()
    for channel, given in (("email", True), ("sms", False)):
        record_consent(
            party_id=customer.party_id or 0,
            purpose_key="marketing",
            channel=channel,
            given=given,
            source="call",
            actor=SYSTEM,
        )

    assert "Offers: E-mail yes; SMS no" in page(as_role(), customer)


def test_agents_work_on_while_analysis_is_gone() -> None:
    customer = a_whole_customer()
    with connection.cursor() as cursor:
        for model in apps.get_app_config("insight").get_models():
            cursor.execute(f'DROP TABLE IF EXISTS "{model._meta.db_table}" CASCADE')

    update_customer(
        customer_id=customer.pk,
        changes={"segment": "gold"},
        trigger="customer-notified",
        actor=SYSTEM,
    )

    assert "Amara Reid" in page(as_role(), customer)
    assert [one.customer_id for one in find_customers(SYSTEM, "Amara Reid", 5)] == [customer.pk]


@pytest.mark.req("R-CIM-8")
def test_needs_and_care_come_before_everything_else() -> None:
    customer = a_whole_customer()
    record_need(
        party_id=customer.party_id or 0,
        topic="bill",
        fields={"channel": "letter", "format": "large-print", "accessibility": "Speak slowly"},
        trigger="customer-notified",
        actor=SYSTEM,
    )

    html = page(as_role(), customer)

    for text in ("Medical alarm on the line", "Bills: Letter", "Speak slowly, Large print"):
        assert html.index(text) < html.index('id="contact"')


def test_the_look_is_recorded() -> None:
    customer = a_whole_customer()

    page(as_role(), customer)

    look = Access.objects.get()
    assert (look.action, look.subject, look.subject_ids) == ("view", "customer", [customer.pk])


def test_personal_data_is_masked_for_who_may_not_see_it() -> None:
    customer = a_whole_customer()

    html = page(as_role("auditor"), customer)

    for text in ("Amara", "Reid", "07700", "amara@"):
        assert text not in html
    assert "masked for your role" in html
    changes = as_role("auditor").get(reverse("customers:changes", args=[customer.pk]))
    assert changes.status_code == 403


def test_the_number_of_queries_does_not_grow_with_what_is_recorded() -> None:
    customer, client = a_whole_customer(), as_role()
    counts = []
    for at in range(2):
        page(client, customer)
        with CaptureQueriesContext(connection) as queries:
            page(client, customer)
        counts.append(len(queries))
        assert customer.party
        for more in range(4):
            a_medium(customer.party, "email", f"a{at}{more}@example.org")
            Product.objects.create(customer=customer, name=f"Add-on {at}{more}")
            PartyRelationship.objects.create(
                source=customer.party, target=a_customer().party or a_party(), kind="household"
            )

    assert counts[0] == counts[1]


def test_the_page_reads_what_stands_and_no_history() -> None:
    customer, client = a_whole_customer(), as_role()
    update_customer(
        customer_id=customer.pk, changes={"segment": "gold"}, trigger="other-process", actor=SYSTEM
    )

    with CaptureQueriesContext(connection) as queries:
        page(client, customer)

    asked = [one["sql"] for one in queries]
    assert [one for one in asked if re.search(r'"customers_\w+event"', one)] == []


@pytest.mark.req("R-CIM-6")
def test_changes_are_shown_field_by_field_with_who_and_why() -> None:
    customer = a_whole_customer()
    for segment in ("silver", "gold"):
        update_customer(
            customer_id=customer.pk,
            changes={"segment": segment},
            trigger="customer-notified",
            actor=SYSTEM,
        )

    answer = as_role().get(reverse("customers:changes", args=[customer.pk]))

    html = answer.content.decode()
    assert html.index("Gold") < html.index("The customer told us")
    assert html.count("Silver") == 2


def test_a_customer_of_nobody_or_out_of_sight_is_not_there() -> None:
    nobody = a_customer(party=None, name="7590-VHVEG", number="7590-VHVEG")
    Customer.objects.filter(pk=nobody.pk).update(party=None)

    assert "7590-VHVEG" in page(as_role(), nobody)
    assert as_role().get(reverse("customers:page", args=[nobody.pk + 9])).status_code == 404
