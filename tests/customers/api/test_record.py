"""What the record says over our own addresses beside the Open APIs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from crm.audit.models import Access
from customers.models import Account, AttributeDefinition, CommunicationNeed, Customer, Product
from customers.processes.keep_relations import assign_role, tie
from customers.processes.update_information import update_customer
from tests.crm.tmf.partners import CUSTOMER, Partner, a_partner
from tests.customers.factories import a_customer, a_party

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def validated(partner: Partner, **body: Any) -> Any:
    return partner.post("/api/v1/contacts/validate", {"type": "mobile", **body})


def read(partner: Partner, customer: Customer, asked: str = "") -> Any:
    return partner.get(f"/api/v1/customers/{customer.public_id}/record{asked}")


@pytest.mark.req("R-CIM-17")
def test_a_contact_point_is_validated_and_duplicates_are_named(partner: Partner) -> None:
    one, other = a_customer(phone="07700 900123"), a_customer(phone="07700 900777")

    def status(value: str) -> str:
        said = validated(partner, value=value, customer=str(one.public_id)).json()
        return str(said["status"])

    assert [status(value) for value in ("07700 900123", "12", "07700 900999")] == [
        "unknown", "unreachable", "unknown",
    ]  # fmt: skip
    body = validated(partner, value="+447700900777", customer={"id": str(one.public_id)}).json()
    assert body["status"] == "duplicate"
    assert body["normalised"] == "+447700900777"
    assert [found["id"] for found in body["duplicates"]] == [str(other.public_id)]
    assert Access.objects.filter(detail="contact validation").exists()


@pytest.mark.parametrize(
    ("_case", "body"),
    [
        ("no object", []),
        ("unknown type", {"type": "pigeon", "value": "x"}),
        ("no id", {"type": "mobile", "value": "07700 900123", "customer": "x"}),
    ],
)
def test_what_cannot_be_asked_is_an_error_of_the_open_apis(
    _case: str, body: Any, partner: Partner
) -> None:
    answer = partner.post("/api/v1/contacts/validate", body)

    assert (answer.status_code, answer.json()["@type"]) == (400, "Error")


@pytest.mark.django_db(transaction=True)
def test_the_record_is_read_as_of_any_moment(partner: Partner) -> None:
    customer = a_customer(segment="bronze", email="amara@example.org", created_at=LONG_AGO)
    before = timezone.now().isoformat()
    update_customer(
        customer_id=customer.pk,
        changes={"segment": "gold"},
        trigger="customer-notified",
        actor=SYSTEM,
    )

    now, was = read(partner, customer).json(), read(partner, customer, f"?asOf={before}").json()

    assert (now["segment"], was["segment"]) == ("gold", "bronze")
    assert [one["value"] for one in was["contactMedium"]] == ["amara@example.org"]
    assert was["view"] == "known"


def test_relations_roles_and_numbers_are_in_the_record(partner: Partner) -> None:
    customer, child = a_customer(), a_party(given_name="Zola")
    tie(source_id=customer.party_id or 0, target_id=child.pk, kind="parent", actor=SYSTEM)
    assign_role(customer_id=customer.pk, party_id=child.pk, role="user", actor=SYSTEM)
    Account.objects.create(customer=customer, number="BA-1", monthly_charge="64.20")
    Product.objects.create(customer=customer, name="Old", service_number="7", status="ended")

    body = read(partner, customer).json()

    assert [one["role"] for one in body["relatedParty"]] == ["parent-of", "user"]
    assert body["account"][0]["name"] == "BA-1"
    assert "monthlyCharge" not in body["account"][0]
    assert body["product"][0]["serviceNumber"] is None


@pytest.mark.parametrize(
    ("asked", "status"),
    [("?asOf=2019-01-01", 404), ("?asOf=yesterday", 400), ("?view=perhaps", 400)],
)
def test_what_was_not_recorded_or_cannot_be_read_is_said(
    asked: str, status: int, partner: Partner
) -> None:
    assert read(partner, a_customer(), asked).status_code == status


def test_a_partner_without_the_right_reads_no_record() -> None:
    stranger = a_partner("customers.view_customer", "customers.view_all_customers")

    assert read(stranger, a_customer()).status_code == 403


@pytest.mark.req("R-CIM-18")
def test_communication_needs_are_read_and_replaced_as_a_whole(partner: Partner) -> None:
    customer, accountant = a_customer(), a_party(given_name="Ngozi")
    where = f"/api/v1/customers/{customer.public_id}/communication-needs"
    CommunicationNeed.objects.create(party_id=customer.party_id or 0, topic="survey", channel="sms")
    wanted = {
        "topic": "bill",
        "channel": "letter",
        "language": "cy",
        "format": "large-print",
        "accessibility": None,
        "quietHours": {"from": "20:00", "to": "08:00", "timeZone": "Europe/London"},
        "contactPerson": {"id": str(accountant.public_id), "name": accountant.name},
    }

    answer = partner.call("PUT", where, {"needs": [wanted]})

    assert answer.json() == {"needs": [wanted]}
    assert partner.get(where).json() == answer.json()
    refused = partner.call("PUT", where, {"needs": [{"topic": "bill", "channel": "pigeon"}]})
    assert (refused.status_code, partner.get(where).json()) == (422, answer.json())


def test_an_ending_status_is_a_step_with_a_reason(partner: Partner) -> None:
    customer = a_customer(status_as_given="Approved")
    ender = a_partner(
        "customers.view_customer",
        "customers.view_all_customers",
        "customers.update_information",
        "customers.terminate_relationship",
    )
    href = f"{CUSTOMER}/{customer.public_id}"

    assert partner.patch(href, {"status": "services-ended"}).status_code == 403
    assert ender.patch(href, {"status": "services-ended"}).status_code == 200
    unexplained = ender.patch(href, {"status": "terminated", "statusReason": "boredom"})
    ended = ender.patch(href, {"status": "terminated", "statusReason": "customer-asked"})
    back = ender.patch(href, {"status": "active"})

    assert (unexplained.status_code, ended.status_code, back.status_code) == (400, 200, 409)
    assert ended.json()["status"] == "terminated"
    customer.refresh_from_db()
    assert customer.end_reason == "customer-asked"


def test_a_step_backwards_is_a_conflict(partner: Partner) -> None:
    customer = a_customer(status="active")

    answer = partner.patch(f"{CUSTOMER}/{customer.public_id}", {"status": "prospect"})

    assert (answer.status_code, answer.json()["code"]) == (409, "not-from-here")


def test_an_own_attribute_is_a_typed_characteristic(partner: Partner) -> None:
    AttributeDefinition.objects.create(key="points", label="Points", value_type="whole")
    href = f"{CUSTOMER}/{a_customer().public_id}"

    def patched(value: Any) -> Any:
        return partner.patch(href, {"characteristic": [{"name": "points", "value": value}]})

    assert patched("many").status_code == 422
    assert patched("120").json()["characteristic"] == [{"name": "points", "value": 120}]


def test_a_contact_point_with_an_end_is_theirs_until_then(partner: Partner) -> None:
    customer = a_customer()
    soon = (timezone.now() + timedelta(days=1)).isoformat()
    medium = {
        "mediumType": "email",
        "characteristic": {"emailAddress": "a@example.org"},
        "validFor": {"endDateTime": soon},
    }
    href = f"{CUSTOMER}/{customer.public_id}"

    shown = partner.patch(href, {"contactMedium": [medium]}).json()["contactMedium"]
    assert shown[0]["validFor"]["endDateTime"] == soon
    assert customer.party
    customer.party.contact_media.update(valid_to=timezone.now())

    assert "contactMedium" not in partner.get(href).json()
