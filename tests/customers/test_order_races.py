"""Order systems that speak all at once: one record, one use of each event, no half of one."""

from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.models import Customer, Order, OrderNews, Product, Report, ReportNeed
from customers.processes.complete_order import complete_order
from customers.processes.report_to_customer import make_due_reports
from tests.customers.order_factories import all_steps_done, an_order, news, the_table
from tests.customers.processes.complete_order.test_completing import a_ready_customer
from tests.customers.processes.complete_order.test_receiving import ANN, SERVICE
from tests.customers.processes.test_report_to_customer import a_need
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.req("R-CIM-1")
def test_contract_and_service_of_somebody_new_at_once_record_one_customer() -> None:
    the_table()
    said: dict[str, Any] = {"customer": ANN}

    failed = at_once(
        partial(news, "contract", event_id="c", **said),
        partial(news, "service", event_id="s", products=SERVICE["products"], **said),
        partial(news, "contract", number="O-2", event_id="d", hours=3, **said),
        partial(news, "contract", number="O-3", event_id="e", hours=4, **said),
    )

    assert failed == []
    assert (Customer.objects.count(), Product.objects.count()) == (1, 1)
    assert Order.objects.exclude(customer=None).count() == 3


@pytest.mark.req("R-CIM-2")
def test_same_event_told_at_once_is_used_once() -> None:
    told = partial(news, "contract", event_id="c", customer=ANN)

    assert at_once(told, told, told) == []

    assert (OrderNews.objects.count(), Customer.objects.count()) == (1, 1)


@pytest.mark.req("R-CIM-2")
def test_service_that_waits_and_the_contract_that_names_its_customer_meet() -> None:
    unnamed = {"customer": {"id": "ann"}, "products": SERVICE["products"]}

    failed = at_once(
        partial(news, "service", number="O-1", event_id="s", **unnamed),
        partial(news, "contract", number="O-2", event_id="c", customer=ANN),
    )

    assert failed == []
    assert Order.objects.filter(customer=None).exists() is False
    assert Product.objects.count() == 1


@pytest.mark.req("R-CIM-3")
def test_order_completed_by_two_at_once_is_completed_once() -> None:
    the_table()
    order = an_order(a_ready_customer(), "mobile-start")
    all_steps_done(order)
    done = partial(complete_order, order_id=order.pk, actor=SYSTEM)

    assert [one for one in at_once(done, done) if not isinstance(one, RuleBroken)] == []

    order.refresh_from_db()
    assert order.state == "completed"


@pytest.mark.req("R-CIM-19")
def test_two_workers_make_a_report_once() -> None:
    a_need()
    made = partial(make_due_reports, timezone.now())

    assert at_once(made, made) == []

    assert (Report.objects.count(), ReportNeed.objects.count()) == (1, 1)
    assert Report.objects.get().state == "ready"
