"""Other systems read the profile for a stated purpose, and only what that covers."""

from typing import Any

import pytest

from crm.access import SYSTEM
from crm.audit.models import Access
from customers.consent_catalogue import load_consent_catalogue
from customers.insight.models import Profile
from customers.insight.processes.build_insight import build_profile
from customers.models import Customer
from customers.processes.manage_consent import record_consent
from tests.crm.tmf.partners import a_partner
from tests.customers.factories import a_customer
from tests.customers.insight.factories import a_fact, baselines_in_use

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-BCI-16")]

MAY = (
    "customers.view_customer",
    "customers.view_all_customers",
    "insight.view_profile",
    "insight.view_fact",
)


@pytest.fixture
def customer() -> Customer:
    load_consent_catalogue()
    baselines_in_use("insight.")
    customer = a_customer()
    a_fact(customer, "person.gender", "Female")
    a_fact(customer, "usage.data_gb", 12.5)
    build_profile(customer_id=customer.pk, actor=SYSTEM)
    return customer


def answer(customer: Customer, purpose: str, *, given: bool) -> None:
    record_consent(
        party_id=customer.party_id or 0,
        purpose_key=purpose,
        given=given,
        source="call",
        actor=SYSTEM,
    )


def read(customer: Customer, purpose: str = "service", permissions: tuple[str, ...] = MAY) -> Any:
    where = f"/api/v1/customers/{customer.public_id}/profile?purpose={purpose}"
    return a_partner(*permissions).get(where)


@pytest.mark.req("R-BCI-3")
def test_what_no_consent_covers_is_named_and_withheld(customer: Customer) -> None:
    body = read(customer).json()

    assert [fact["key"] for fact in body["facts"]] == ["person.gender"]
    assert body["withheld"] == [
        {"key": "usage.data_gb", "reason": "purpose-not-covered", "purpose": "usage-insight"}
    ]
    assert body["sections"]["demographics"][0]["value"] == "Female"
    assert Access.objects.get(action="api-read").purpose == "service"


@pytest.mark.req("R-BCI-3")
def test_a_consent_opens_and_its_withdrawal_closes_the_next_read(customer: Customer) -> None:
    seen = []
    for given in (True, False):
        answer(customer, "usage-insight", given=given)
        seen.append(len(read(customer).json()["facts"]))

    assert seen == [2, 1]


@pytest.mark.req("R-BCI-3")
@pytest.mark.parametrize(("purpose", "status"), [("", 400), ("curiosity", 400), ("location", 422)])
def test_a_purpose_is_asked_for_and_must_be_covered(
    purpose: str, status: int, customer: Customer
) -> None:
    assert read(customer, purpose).status_code == status


def test_a_partner_without_the_permission_is_refused(customer: Customer) -> None:
    assert read(customer, permissions=MAY[:2]).status_code == 403


@pytest.mark.req("R-BCI-3")
def test_a_refused_purpose_suppresses_what_was_derived(customer: Customer) -> None:
    shown = []
    for given in (True, False):
        answer(customer, "usage-insight", given=given)
        build_profile(customer_id=customer.pk, actor=SYSTEM)
        values = Profile.objects.get(customer=customer).sections["usage"]
        shown.append([value["key"] for value in values])

    assert shown == [["usage.data_gb"], []]


def test_refusing_service_messages_takes_nothing_from_the_contract(customer: Customer) -> None:
    answer(customer, "service", given=False)
    build_profile(customer_id=customer.pk, actor=SYSTEM)

    body = read(customer).json()

    assert [fact["key"] for fact in body["facts"]] == ["person.gender"]
    assert body["sections"]["demographics"] != []


def test_what_is_charged_goes_only_to_who_may_see_bills(customer: Customer) -> None:
    for key, value in (("charge.monthly", 41.37), ("contract.payment_method", "Bank transfer")):
        a_fact(customer, key, value)
    build_profile(customer_id=customer.pk, actor=SYSTEM)
    answer(customer, "usage-insight", given=True)

    closed = read(customer, "usage-insight")
    opened = read(customer, "usage-insight", (*MAY, "customers.view_billing_detail"))

    assert "41.37" not in closed.content.decode()
    assert "Bank transfer" not in closed.content.decode()
    assert {one["key"]: one["reason"] for one in closed.json()["withheld"]} == {
        "charge.monthly": "billing-detail",
        "contract.payment_method": "billing-detail",
    }
    assert "41.37" in opened.content.decode()
    assert opened.json()["withheld"] == []
