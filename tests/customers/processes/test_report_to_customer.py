"""A wanted report is made when its period is over, once; late ones are told of, once."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.access import SYSTEM
from crm.audit.models import Access
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers.models import Customer, Report, ReportNeed
from customers.processes.report_to_customer import (
    delivered,
    download,
    end_report_need,
    find_late,
    keep_report_need,
    make_due_reports,
    receipt,
)
from customers.reporting import kinds
from tests.customers.factories import a_customer, an_agent

pytestmark = pytest.mark.django_db

TO = "reports@example.org"


def a_need(customer: Customer | None = None, **fields: Any) -> ReportNeed:
    """A subscription whose first period is over."""
    need = keep_report_need(
        customer_id=(customer or a_customer()).pk,
        **{"kind": "usage", "period": "month", "format": "csv", "recipients": [TO]} | fields,
        actor=SYSTEM,
    )
    today = timezone.localdate()
    need.next_from = today.replace(day=1) - timedelta(days=31)
    need.next_until = today.replace(day=1)
    need.save()
    return need


@pytest.mark.req("R-CIM-19")
def test_report_is_made_once_when_its_period_is_over() -> None:
    need = a_need()

    for _again in range(2):
        make_due_reports(timezone.now())

    report = Report.objects.get()
    assert (report.state, report.file_name) == ("ready", f"usage-{report.since:%Y-%m-%d}.csv")
    assert [one.recipient for one in report.deliveries.all()] == [TO]
    need.refresh_from_db()
    assert need.next_from == report.until
    event = OutboxEvent.objects.get(name="report.ready")
    assert event.payload == {"report_id": report.pk, "customer_id": need.customer_id}


@pytest.mark.req("R-CIM-19")
@pytest.mark.parametrize("kind", ["sla", "interactions", "usage"])
@pytest.mark.parametrize("format", ["pdf", "xlsx", "csv"])
def test_every_kind_comes_in_every_format(kind: str, format: str) -> None:
    a_need(kind=kind, format=format)

    make_due_reports(timezone.now())

    report = Report.objects.get()
    assert (report.state, report.problem) == ("ready", "")
    assert report.content


def test_running_period_is_not_reported() -> None:
    keep_report_need(
        customer_id=a_customer().pk,
        kind="usage",
        period="month",
        format="pdf",
        recipients=[TO],
        actor=SYSTEM,
    )

    assert make_due_reports(timezone.now()) == 0
    assert Report.objects.exists() is False


def test_ended_subscription_makes_nothing_more() -> None:
    end_report_need(need_id=a_need().pk, actor=SYSTEM)

    assert make_due_reports(timezone.now()) == 0


def test_same_subscription_again_gets_the_new_addresses() -> None:
    customer = a_customer()
    first, second = a_need(customer), a_need(customer, recipients=["b@example.org"])

    assert first.pk == second.pk
    assert ReportNeed.objects.get().recipients == ["b@example.org"]


@pytest.mark.parametrize(
    ("_case", "fields", "said"),
    [
        ("no such report", {"kind": "dreams"}, "“dreams” is not one of sla, interactions, usage"),
        ("no such period", {"period": "day"}, "“day” is not one of"),
        ("no such format", {"format": "doc"}, "“doc” is not one of"),
        ("nobody", {"recipients": [" "]}, "one to 20"),
        ("no address", {"recipients": ["me"]}, "“me” is no e-mail address"),
    ],
)
def test_what_cannot_be_delivered_is_not_subscribed(
    _case: str, fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(RuleBroken, match=said):
        a_need(**fields)

    assert ReportNeed.objects.exists() is False


@pytest.mark.req("R-CIM-19")
def test_report_is_delivered_when_every_address_has_it() -> None:
    a_need(recipients=[TO, "b@example.org"])
    make_due_reports(timezone.now())
    report = Report.objects.get()

    first = delivered(report_id=report.pk, recipient=TO, actor=SYSTEM)
    second = delivered(report_id=report.pk, recipient="b@example.org", actor=SYSTEM)
    receipt(report_id=report.public_id, recipient=TO, said="read", actor=SYSTEM)

    assert (first.state, second.state) == ("ready", "delivered")
    assert report.deliveries.get(recipient=TO).receipt == "read"


@pytest.mark.req("R-CIM-19")
def test_late_report_is_told_of_once() -> None:
    a_need()
    make_due_reports(timezone.now())
    Report.objects.update(due_at=timezone.now() - timedelta(hours=1))

    assert [find_late(timezone.now()) for _again in range(2)] == [1, 0]

    assert OutboxEvent.objects.filter(name="report.late").count() == 1


def test_report_that_cannot_be_made_says_why_and_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_need(kind="sla")
    a_need(kind="usage")
    as_registered = kinds.named

    def broken(key: str) -> Any:
        if key == "sla":
            raise ZeroDivisionError("no clocks")
        return as_registered(key)

    monkeypatch.setattr(kinds, "named", broken)
    make_due_reports(timezone.now())

    found = dict(Report.objects.values_list("need__kind", "problem"))
    assert found == {"sla": "ZeroDivisionError: no clocks", "usage": ""}


@pytest.mark.req("R-CIM-19")
def test_download_is_on_record_and_needs_the_permission() -> None:
    a_need()
    make_due_reports(timezone.now())
    report = Report.objects.get()
    agent = an_agent("view_reportneed", "view_all_customers", "download_report")

    taken = download(report_id=report.public_id, purpose="service", actor=agent)

    assert bytes(taken.content) == bytes(report.content)
    assert Access.objects.get().action == "export"
    with pytest.raises(PermissionDenied):
        download(
            report_id=report.public_id,
            purpose="service",
            actor=an_agent("view_reportneed", "view_all_customers"),
        )


def test_period_of_a_month_ends_on_its_last_day() -> None:
    need = a_need()
    need.next_from, need.next_until = date(2026, 10, 1), date(2026, 11, 1)
    need.save()

    make_due_reports(timezone.now())

    text = bytes(Report.objects.order_by("since")[0].content).decode("utf-8-sig")
    assert "1 October 2026 – 31 October 2026" in text
