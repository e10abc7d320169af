"""Reports go out by mail with their file; what became of them is told; late ones are a matter."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from django.utils.formats import date_format

from crm.access import SYSTEM
from crm.events.models import Delivery
from customers.models import Report
from customers.processes.report_to_customer import find_late, make_due_reports
from interactions.models import Interaction, Message
from interactions.processes.deliver_report import settle_reports
from interactions.processes.notify_customer import send_due
from tests.customers.processes.test_report_to_customer import TO, a_need

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("baselines")]


def hear() -> None:
    """What the worker does with the events that wait."""
    for delivery in Delivery.objects.filter(done_at=None).order_by("pk"):
        delivery.run()


@pytest.mark.req("R-CIM-19")
def test_report_goes_out_by_mail_and_is_delivered() -> None:
    a_need(kind="interactions", format="pdf")
    make_due_reports(timezone.now())

    hear()
    send_due(10)
    settle_reports()

    (sent,) = mail.outbox
    report = Report.objects.get()
    assert sent.to == [TO]
    name, content, _kind = sent.attachments[0]
    assert (name, content) == (report.file_name, bytes(report.content))
    assert (report.state, report.deliveries.get().sent_at is None) == ("delivered", False)


def test_told_twice_it_is_one_mail() -> None:
    a_need()
    make_due_reports(timezone.now())

    hear()
    Delivery.objects.update(done_at=None)
    hear()

    assert Message.objects.filter(dedupe_key__startswith="report:").count() == 1
    assert Interaction.objects.count() == 1


@pytest.mark.req("R-CIM-19")
def test_late_report_raises_an_interaction() -> None:
    need = a_need()
    make_due_reports(timezone.now())
    Report.objects.update(due_at=timezone.now() - timedelta(hours=1), problem="no font")

    find_late(timezone.now())
    hear()

    matter = Interaction.objects.get(external_id__startswith="late:")
    assert matter.customer_id == need.customer_id
    month = date_format(Report.objects.get().since, "F Y")
    assert matter.subject == f"Report is late: Usage report, {month}"
    assert matter.description == "no font"


def test_mail_that_fails_stays_undelivered_and_says_why() -> None:
    a_need()
    make_due_reports(timezone.now())
    hear()
    Message.objects.update(state="failed", last_error="550 no such user")

    settle_reports()

    one = Report.objects.get().deliveries.get()
    assert (one.sent_at, one.problem) == (None, "failed: 550 no such user")
    assert SYSTEM.kind == "system"
