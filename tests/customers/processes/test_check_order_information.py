"""The golden table of order information as shipped, and how what is held answers it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.models import Account, Identifier, RecordedItem
from customers.processes.check_order_information import check_order_information, order_checklist
from customers.processes.complete_order.opening import stamp_version
from readiness.registry.resolve import forget_snapshot
from tests.customers.factories import a_customer, a_medium, a_party
from tests.customers.order_factories import an_order, the_table
from tests.readiness.factories import a_serving_version

pytestmark = pytest.mark.django_db

BASIC = ["name", "birth_date", "reach", "payment"]
COMPANY = ["name", "registration", "signatory", "reach", "payment"]


def needed(offering: str, type: str = "consumer", region: str = "GB", **options: Any) -> list[str]:
    found = check_order_information(
        lines=[{"offering": offering, "options": options}],
        customer_id=None,
        type=type,
        region=region,
        actor=SYSTEM,
    )
    return [one.needed.item.key for one in found.items if one.needed.mandatory]


@pytest.mark.req("R-CIM-20")
@pytest.mark.req("R-CIM-21")
@pytest.mark.parametrize(
    ("_case", "asked", "expected"),
    [
        (
            "fibre: access to the building",
            {"offering": "fibre-900"},
            [*BASIC, "address", "building_access", "appointment"],
        ),
        (
            "fibre, self-installed: no engineer comes",
            {"offering": "fibre-150", "installation": "self"},
            [*BASIC, "address", "building_access"],
        ),
        (
            "static IP: a technical contact",
            {"offering": "fibre-150", "installation": "self", "static_ip": True},
            [*BASIC, "address", "building_access", "technical_contact"],
        ),
        ("mobile", {"offering": "mobile-start"}, BASIC),
        (
            "device on credit: identity",
            {"offering": "mobile-start", "device": "credit"},
            ["name", "birth_date", "identity", "reach", "payment"],
        ),
        (
            "device bought: no identity",
            {"offering": "mobile-unlimited", "device": "bought"},
            BASIC,
        ),
        (
            "number brought along",
            {"offering": "mobile-unlimited", "number_transfer": "yes"},
            [*BASIC, "transfer_code"],
        ),
        ("a business says who may sign", {"offering": "mobile-start", "type": "business"}, COMPANY),
        (
            "home phone: emergency address",
            {"offering": "home-phone"},
            [*BASIC, "address", "emergency_address"],
        ),
        (
            "home phone abroad",
            {"offering": "home-phone", "region": "FR"},
            [*BASIC, "address"],
        ),
        ("television", {"offering": "TV Family"}, [*BASIC, "address"]),
    ],
)
def test_golden_table(_case: str, asked: dict[str, Any], expected: list[str]) -> None:
    the_table()

    assert needed(**asked) == expected


@pytest.mark.req("R-CIM-20")
def test_items_are_had_missing_stale_or_invalid() -> None:
    the_table()
    party = a_party(birth_date="1990-02-03", status="validated")
    customer = a_customer(party=party)
    a_medium(party, "email", "priya@example.org", state="unreachable")
    Account.objects.create(customer=customer, number="BA-1", payment_method="Card")
    Identifier.objects.create(
        party=party,
        kind="document",
        value="P-1",
        valid_from=timezone.now() - timedelta(days=91, hours=1),
    )

    found = check_order_information(
        lines=[{"offering": "mobile-start", "options": {"device": "credit"}}],
        customer_id=customer.pk,
        actor=SYSTEM,
    )

    assert {one.needed.item.key: one.standing.status for one in found.items} == {
        "name": "have",
        "birth_date": "have",
        "identity": "stale",
        "reach": "invalid",
        "email": "invalid",
        "payment": "have",
        "address": "missing",
    }
    assert [one.needed.item.key for one in found.open_items] == ["identity", "reach"]


def test_answer_past_its_day_is_invalid() -> None:
    the_table()
    customer = a_customer()
    RecordedItem.objects.create(
        customer=customer,
        key="building_access",
        value="Caretaker",
        recorded_by="x",
        valid_until=timezone.localdate() - timedelta(days=1),
    )

    found = order_checklist(an_order(customer), SYSTEM)

    access = next(one for one in found.items if one.needed.item.key == "building_access")
    assert (access.standing.status, access.standing.wrong) == ("invalid", "no longer valid")


def test_order_keeps_to_the_table_it_was_opened_under() -> None:
    the_table()
    order = an_order(a_customer(), "mobile-start")
    stamp_version(order)
    first = order_checklist(order, SYSTEM).version.version_id

    stricter = a_serving_version("order.information_table", {**order_table(), "rules": NOTHING})
    forget_snapshot()

    assert order_checklist(order, SYSTEM).version.version_id == first
    fresh = order_checklist(an_order(a_customer(), "mobile-start"), SYSTEM)
    assert (fresh.version.version_id, fresh.items) == (stricter.pk, ())


NOTHING = [{"part": "all", "name": "nothing"}]


def order_table() -> dict[str, Any]:
    from customers.ordering.baseline import BASELINE

    return BASELINE


@pytest.mark.parametrize(
    ("_case", "line", "said"),
    [
        ("an offering nobody sells", {"offering": "dial-up"}, "no offering “dial-up”"),
        (
            "an option it does not have",
            {"offering": "mobile-start", "options": {"static_ip": "yes"}},
            "no option “static_ip”",
        ),
    ],
)
def test_what_the_table_does_not_know_is_refused(
    _case: str, line: dict[str, Any], said: str
) -> None:
    the_table()

    with pytest.raises(RuleBroken, match=said) as refused:
        check_order_information(lines=[line], customer_id=None, actor=SYSTEM)

    assert refused.value.kind == "invalid"


def test_without_a_table_in_use_it_says_so() -> None:
    with pytest.raises(RuleBroken, match="No accepted version of order"):
        needed("mobile-start")
