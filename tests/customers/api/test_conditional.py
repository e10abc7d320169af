"""Conditional requests beside the Open APIs: orders, report needs, communication needs."""

from typing import Any

import pytest

from crm.access import SYSTEM
from customers.models import CommunicationNeed, CompletionStep, ReportNeed
from customers.processes.complete_order import record_step
from customers.processes.keep_needs import record_need
from tests.crm.tmf.partners import Partner
from tests.customers.factories import a_customer
from tests.customers.order_factories import an_order, the_table
from tests.customers.processes.test_report_to_customer import TO, a_need

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]

DONE = {"commissioning": {"state": "done"}}


def needs_of(customer: Any) -> str:
    return f"/api/v1/customers/{customer.public_id}/communication-needs"


def a_wish(channel: str) -> dict[str, Any]:
    return {"needs": [{"topic": "bill", "channel": channel}]}


def test_order_that_is_known_is_not_sent_again(partner: Partner) -> None:
    the_table()
    address = f"/api/v1/orders/{an_order(a_customer()).public_id}"
    etag = partner.get(address).headers["ETag"]

    again = partner.get(address, If_None_Match=etag)

    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)


def test_step_of_an_order_moves_its_etag(partner: Partner) -> None:
    the_table()
    order = an_order(a_customer())
    address = f"/api/v1/orders/{order.public_id}"
    etag = partner.get(address).headers["ETag"]

    answer = partner.patch(f"{address}/completion", DONE, If_Match=etag)

    assert answer.status_code == 200
    assert partner.get(address, If_None_Match=etag).status_code == 200
    # What came back is what the next change goes by.
    more = {"training": {"state": "done"}}
    etag = answer.headers["ETag"]
    assert partner.patch(f"{address}/completion", more, If_Match=etag).status_code == 200


def test_completion_over_what_a_colleague_wrote_is_refused(partner: Partner) -> None:
    the_table()
    order = an_order(a_customer())
    address = f"/api/v1/orders/{order.public_id}"
    etag = partner.get(address).headers["ETag"]
    record_step(order_id=order.pk, step="training", state="done", actor=SYSTEM)

    answer = partner.patch(f"{address}/completion", DONE, If_Match=etag)

    assert (answer.status_code, answer.json()["code"]) == (412, "changed-meanwhile")
    assert not CompletionStep.objects.filter(step="commissioning").exists()


@pytest.mark.req("R-CIM-19")
def test_subscription_is_changed_only_as_it_was_read(partner: Partner) -> None:
    address = f"/api/v1/report-needs/{a_need().public_id}"
    etag = partner.get(address).headers["ETag"]

    first = partner.patch(address, {"recipient": ["new@example.org"]}, If_Match=etag)
    late = partner.patch(address, {"recipient": [TO]}, If_Match=etag)

    assert (first.status_code, late.status_code) == (200, 412)
    assert ReportNeed.objects.get().recipients == ["new@example.org"]
    assert partner.delete(address, If_Match=etag).status_code == 412
    assert partner.delete(address, If_Match=first.headers["ETag"]).status_code == 204


def test_subscription_changes_nothing_but_its_recipients(partner: Partner) -> None:
    address = f"/api/v1/report-needs/{a_need().public_id}"

    answer = partner.patch(address, {"recipient": [TO], "format": "csv"})

    assert answer.status_code == 400


@pytest.mark.req("R-CIM-18")
def test_wishes_are_replaced_only_as_they_were_read(partner: Partner) -> None:
    customer = a_customer()
    etag = partner.get(needs_of(customer)).headers["ETag"]
    record_need(
        party_id=customer.party_id or 0,
        topic="outage",
        fields={"channel": "sms"},
        trigger="customer-notified",
        actor=SYSTEM,
    )

    late = partner.call("PUT", needs_of(customer), a_wish("email"), If_Match=etag)

    assert late.status_code == 412
    assert list(CommunicationNeed.objects.values_list("topic", flat=True)) == ["outage"]
    etag = partner.get(needs_of(customer)).headers["ETag"]
    right = partner.call("PUT", needs_of(customer), a_wish("email"), If_Match=etag)
    assert right.status_code == 200
    assert partner.get(needs_of(customer), If_None_Match=right.headers["ETag"]).status_code == 304
