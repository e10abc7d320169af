"""Report subscriptions over the API: kept, listed with their history, downloaded, receipted."""

import pytest
from django.utils import timezone

from customers.models import Report, ReportNeed
from customers.processes.report_to_customer import make_due_reports
from tests.crm.tmf.partners import Partner, a_partner
from tests.customers.factories import a_customer
from tests.customers.processes.test_report_to_customer import TO, a_need

pytestmark = pytest.mark.django_db


@pytest.mark.req("R-CIM-19")
def test_subscribed_listed_and_ended(partner: Partner) -> None:
    customer = a_customer()
    address = f"/api/v1/customers/{customer.public_id}/report-needs"
    body = {"report": "sla", "period": "month", "format": "pdf", "recipient": [TO]}

    made = partner.post(address, body)
    listed = partner.get(address).json()["reportNeed"]
    ended = partner.delete(f"/api/v1/report-needs/{made.json()['id']}")

    assert (made.status_code, ended.status_code) == (201, 204)
    assert [one["report"] for one in listed] == ["sla"]
    assert partner.get(address).json() == {"reportNeed": []}


@pytest.mark.req("R-CIM-19")
def test_report_is_downloaded_and_its_receipt_kept(partner: Partner) -> None:
    need = a_need()
    make_due_reports(timezone.now())
    report = Report.objects.get()

    file = partner.get(f"/api/v1/reports/{report.public_id}/download")
    told = partner.post(f"/api/v1/reports/{report.public_id}/receipt", {"recipient": TO})

    assert file.headers["Content-Disposition"] == f'attachment; filename="{report.file_name}"'
    assert file.content == bytes(report.content)
    assert (told.status_code, told.json()["recipient"]) == (200, TO)
    address = f"/api/v1/customers/{need.customer.public_id}/report-needs"
    (one,) = partner.get(address).json()["reportNeed"]
    assert one["history"][0]["delivery"][0]["receiptDate"] is not None


def test_refusal_names_the_field_and_changes_nothing(partner: Partner) -> None:
    address = f"/api/v1/customers/{a_customer().public_id}/report-needs"

    answer = partner.post(address, {"report": "sla", "period": "month", "format": "pdf"})

    assert answer.status_code == 422
    assert ReportNeed.objects.exists() is False


def test_stranger_downloads_nothing() -> None:
    a_need()
    make_due_reports(timezone.now())
    stranger = a_partner("view_customer")

    answer = stranger.get(f"/api/v1/reports/{Report.objects.get().public_id}/download")

    assert answer.status_code == 403
