"""An order completes when nothing mandatory is open, and then says who has what they need."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers import consumers
from customers.models import Account, Agreement, Consent, ConsentPurpose, Customer, Order, Product
from customers.processes.complete_order import (
    choose_options,
    complete_order,
    record_item,
    record_step,
)
from tests.customers.factories import a_customer, a_medium, a_party, an_agent
from tests.customers.order_factories import all_steps_done, an_order, the_table

pytestmark = pytest.mark.django_db


def a_ready_customer(**fields: Any) -> Customer:
    """Somebody of whom everything is known that a mobile order needs."""
    party = a_party(birth_date="1990-02-03", language="en")
    customer = a_customer(party=party, email="priya@example.org", **fields)
    Account.objects.create(customer=customer, number=f"BA-{customer.pk}", payment_method="Card")
    return customer


def names(refused: pytest.ExceptionInfo[RuleBroken]) -> list[str]:
    return [one["item"] for one in refused.value.details["open"]]


@pytest.mark.req("R-CIM-3")
def test_order_waits_for_every_mandatory_item_and_step() -> None:
    the_table()
    order = an_order(a_ready_customer(), "mobile-start", options={"device": "credit"})

    with pytest.raises(RuleBroken, match="cannot be completed") as refused:
        complete_order(order_id=order.pk, actor=SYSTEM)

    order.refresh_from_db()
    assert names(refused) == ["identity", "commissioning", "acceptance", "training"]
    assert (order.state, refused.value.kind) == ("pending", "conflict")


@pytest.mark.req("R-CIM-3")
def test_order_completes_once_everything_is_there() -> None:
    the_table()
    customer = a_ready_customer()
    order = an_order(customer, "mobile-start", options={"device": "credit"})
    record_item(
        customer_id=customer.pk,
        item="identity",
        value="Passport seen in the shop",
        order_id=order.pk,
        actor=SYSTEM,
    )
    for step in ("commissioning", "acceptance"):
        record_step(order_id=order.pk, step=step, state="done", actor=SYSTEM)
    record_step(
        order_id=order.pk, step="training", state="not-needed", note="Knows it", actor=SYSTEM
    )

    for _again in range(2):
        complete_order(order_id=order.pk, actor=SYSTEM)

    order.refresh_from_db()
    assert (order.state, order.open_items, order.reworked) == ("completed", 0, 0)
    event = OutboxEvent.objects.get(name="order.completion.completed")
    assert event.payload == {"order_id": order.pk, "customer_id": customer.pk, "all_ready": False}


@pytest.mark.req("R-CIM-21")
def test_options_chosen_later_change_what_is_open() -> None:
    the_table()
    order = an_order(a_ready_customer(), "mobile-start")
    all_steps_done(order)

    choose_options(order_id=order.pk, line_id="1", options={"number_transfer": True}, actor=SYSTEM)

    with pytest.raises(RuleBroken) as refused:
        complete_order(order_id=order.pk, actor=SYSTEM)
    assert names(refused) == ["transfer_code"]
    choose_options(order_id=order.pk, line_id="1", options={"number_transfer": "no"}, actor=SYSTEM)
    assert complete_order(order_id=order.pk, actor=SYSTEM).state == "completed"


@pytest.mark.req("R-CIM-20")
def test_technical_contact_becomes_a_contact_point_with_that_use() -> None:
    the_table()
    customer = a_ready_customer()
    order = an_order(customer, options={"static_ip": "yes"})

    for value in ("+44 20 7946 0018", "noc@example.org"):
        record_item(
            customer_id=customer.pk,
            item="technical_contact",
            value=value,
            order_id=order.pk,
            actor=SYSTEM,
        )

    assert customer.party
    medium = customer.party.contact_media.current().get(role="technical")
    order.refresh_from_db()
    assert (medium.type, medium.value, order.reworked) == ("email", "noc@example.org", 1)


@pytest.mark.req("R-CIM-4")
def test_every_registered_process_says_what_it_misses() -> None:
    customer = a_ready_customer()
    order = an_order(customer, "mobile-start")

    rows = {row.consumer.key: row for row in consumers.readiness(order)}

    assert list(rows) == ["problem-handling", "billing", "retention", "service-level", "campaign"]
    assert {key: [cell.need.key for cell in row.missing] for key, row in rows.items()} == {
        "problem-handling": ["service", "address"],
        "billing": [],
        "retention": ["agreement"],
        "service-level": ["tier"],
        "campaign": ["marketing"],
    }


@pytest.mark.req("R-CIM-4")
@pytest.mark.usefixtures("baselines")
def test_completed_with_every_process_served() -> None:
    customer = a_ready_customer()
    assert customer.party
    a_medium(customer.party, "address", "1 Harbour Row, Wexcombe")
    Product.objects.create(customer=customer, name="Mobile", service_number="447700900001")
    Agreement.objects.create(
        customer=customer, name="Gold", sla_tier="gold", valid_from="2026-01-01"
    )
    purpose = ConsentPurpose.objects.create(key="marketing", name="Offers")
    Consent.objects.create(
        party=customer.party, purpose=purpose, given=False, captured_by="x", source="shop"
    )
    order = an_order(customer, "mobile-start")
    all_steps_done(order)

    complete_order(order_id=order.pk, actor=SYSTEM)

    order.refresh_from_db()
    assert order.all_ready is True


@pytest.mark.usefixtures("baselines")
def test_service_level_without_a_promise_is_named() -> None:
    customer = a_ready_customer()
    Agreement.objects.create(customer=customer, name="Odd", sla_tier="unobtainium")

    rows = {row.consumer.key: row for row in consumers.readiness(an_order(customer))}

    (tier,) = rows["service-level"].missing
    assert (tier.standing.status, tier.standing.wrong) == ("invalid", "no promise for unobtainium")


@pytest.mark.parametrize("state", ["cancelled", "rejected"])
def test_order_called_off_is_not_completed(state: str) -> None:
    order = an_order(a_customer(), state=state)

    with pytest.raises(RuleBroken, match="nothing to complete"):
        complete_order(order_id=order.pk, actor=SYSTEM)


def test_not_needed_says_why() -> None:
    order = an_order(a_customer())

    with pytest.raises(RuleBroken, match="why it is not needed"):
        record_step(order_id=order.pk, step="training", state="not-needed", actor=SYSTEM)

    assert not order.steps.exists()


def test_item_of_the_record_is_not_written_beside_it() -> None:
    the_table()
    customer = a_customer()

    with pytest.raises(RuleBroken, match="entered in the customer's record"):
        record_item(customer_id=customer.pk, item="name", value="Ann", actor=SYSTEM)


def test_stranger_completes_nothing() -> None:
    order = an_order(a_customer())
    stranger = an_agent("view_order", "view_all_customers", "view_customer")

    with pytest.raises(PermissionDenied):
        complete_order(order_id=order.pk, actor=stranger)

    assert Order.objects.get().state == "pending"
