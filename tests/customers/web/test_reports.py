"""Report subscriptions on screen."""

import pytest
from django.test import Client
from django.utils import timezone

from customers.models import Report, ReportNeed
from customers.processes.report_to_customer import make_due_reports
from tests.architecture.growth import assert_steady
from tests.crm.web.test_pseudo_locale import pseudo, untranslated  # noqa: F401  # a fixture
from tests.customers.factories import a_customer, a_user
from tests.customers.processes.test_report_to_customer import TO, a_need

pytestmark = pytest.mark.django_db


def browser(role: str = "agent") -> Client:
    client = Client()
    client.force_login(a_user(role=role))
    return client


@pytest.mark.req("R-CIM-19")
def test_subscribed_on_the_page() -> None:
    customer, client = a_customer(), browser()
    said = {"kind": "sla", "period": "week", "format": "xlsx", "recipients": f"{TO}; b@example.org"}

    answer = client.post(f"/customers/{customer.pk}/reports", said)

    assert answer.status_code == 303
    assert ReportNeed.objects.get().recipients == [TO, "b@example.org"]


def test_wrong_address_is_said_beside_its_field() -> None:
    customer = a_customer()
    said = {"kind": "sla", "period": "week", "format": "xlsx", "recipients": "me"}

    answer = browser().post(f"/customers/{customer.pk}/reports", said)

    assert answer.status_code == 422
    assert "“me” is no e-mail address." in answer.content.decode()


def test_report_is_taken_from_its_history() -> None:
    need, client = a_need(), browser()
    make_due_reports(timezone.now())
    report = Report.objects.get()

    page = client.get(f"/customers/{need.customer_id}/reports").content.decode()
    file = client.get(f"/reports/{report.public_id}/file")

    assert f"/reports/{report.public_id}/file" in page
    assert file.content == bytes(report.content)
    assert browser("auditor").get(f"/reports/{report.public_id}/file").status_code == 403


def test_subscription_is_ended_on_the_page() -> None:
    need = a_need()

    browser().post(f"/report-needs/{need.public_id}/end")

    need.refresh_from_db()
    assert need.ended_at is not None


def test_page_asks_the_same_with_more_subscriptions() -> None:
    customer, client = a_customer(), browser()
    a_need(customer)
    make_due_reports(timezone.now())

    def more() -> None:
        a_need(customer, kind="sla")
        a_need(customer, format="xlsx")
        make_due_reports(timezone.now())

    assert_steady(client, f"/customers/{customer.pk}/reports", more)
    assert_steady(client, f"/customers/{customer.pk}/reports/panel", more)


@pytest.mark.usefixtures("pseudo")
def test_every_sentence_is_translated() -> None:
    need, client = a_need(), browser()
    make_due_reports(timezone.now())

    for address in (
        f"/customers/{need.customer_id}/reports",
        f"/customers/{need.customer_id}/reports/panel",
    ):
        assert untranslated(client.get(address).content.decode()) == [], address
