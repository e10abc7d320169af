"""Every page of the record speaks the reader's language, and asks no more as rows are added."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.access import SYSTEM
from customers.models import (
    AttributeDefinition,
    CommunicationNeed,
    ContactMedium,
    Customer,
    CustomerRole,
    Identifier,
)
from customers.processes.keep_relations import tie
from customers.processes.update_information import update_customer
from customers.processes.verify_caller import see_document
from readiness.registry import resolve
from tests.crm.web.test_pseudo_locale import OPEN, pseudo, untranslated
from tests.customers.factories import a_customer, a_medium, a_party, a_user

pytestmark = pytest.mark.django_db
__all__ = ["pseudo"]


def a_whole_record() -> Customer:
    customer = a_customer(
        party=a_party(birth_date=date(1984, 3, 9), language="pl", nationality="PL"),
        phone="07700 900318",
        created_at=datetime(2020, 1, 1, tzinfo=UTC),
    )
    assert customer.party
    AttributeDefinition.objects.create(key="points", label="Loyalty points", value_type="whole")
    update_customer(
        customer_id=customer.pk,
        changes={"characteristics": [{"name": "points", "value": 7}], "segment": "home-plus"},
        trigger="customer-notified",
        actor=SYSTEM,
    )
    see_document(customer_id=customer.pk, reference="passport", actor=SYSTEM)
    more_rows(customer, "a")
    return customer


def more_rows(customer: Customer, mark: str) -> None:
    party = customer.party
    assert party
    for number in range(3):
        other = a_party(given_name=f"Zola{number}{mark}")
        tie(source_id=party.pk, target_id=other.pk, kind="parent", actor=SYSTEM)
        CustomerRole.objects.create(customer=customer, party=other, role="user")
        a_medium(party, "email", f"{mark}{number}@example.org")
        Identifier.objects.create(party=party, kind="account", value=f"{mark}{number}")
        topic = f"{mark}{number}" if mark != "a" else ("bill", "order", "survey")[number]
        CommunicationNeed.objects.create(
            party=party, topic=topic, channel="letter", contact_person=other
        )


def addresses(customer: Customer) -> list[str]:
    base = f"/customers/{customer.pk}"
    medium = ContactMedium.objects.filter(party=customer.party).order_by("pk")[0]
    return [
        f"{base}/", f"{base}/edit", f"{base}/verify", f"{base}/contacts/{medium.pk}/",
        f"{base}/contacts/new", f"{base}/link?q=zola", f"{base}/needs?topic=bill",
        f"{base}/past?at=2021-01-31", f"{base}/past?at=2026-01-31&view=true", f"{base}/changes",
        f"{base}/life/verify-identity", f"{base}/life/end-services", f"{base}/end",
    ]  # fmt: skip


@pytest.fixture
def lead() -> Client:
    client = Client()
    client.force_login(a_user(role="team-lead"))
    return client


@pytest.mark.usefixtures("pseudo")
def test_no_page_of_the_record_has_a_text_of_its_own(lead: Client) -> None:
    for address in addresses(a_whole_record()):
        html = lead.get(address).content.decode()
        assert OPEN in html, address
        assert untranslated(html) == [], address


@pytest.mark.req("R-CIM-7")
def test_no_page_of_the_record_asks_more_when_more_is_recorded(
    lead: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What serves is read anew every few seconds: on a slow machine that is no question of a page.
    monkeypatch.setattr(resolve, "_SNAPSHOT_SECONDS", 600.0)
    customer = a_whole_record()

    pages = [one for one in addresses(customer) if "link" not in one]
    before = {address: _questions(lead, address) for address in pages}
    more_rows(customer, "b")

    assert {address: _questions(lead, address) for address in pages} == before


def _questions(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)
