"""The decision table is governed: as shipped it passes what really runs, a bad one is refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.errors import RuleBroken
from customers.governed import ORDER_INFORMATION
from customers.models import CompletionStep
from customers.ordering.baseline import BASELINE
from readiness.models import CapabilityVersion
from readiness.processes.draft_capability import draft_capability
from readiness.processes.introduce_baseline import introduce_baselines
from readiness.registry import cases, measures
from readiness.registry.resolve import resolve
from tests.customers.factories import a_customer
from tests.customers.order_factories import an_order, the_table
from tests.readiness.factories import a_manager

pytestmark = pytest.mark.django_db


def without(name: str) -> dict[str, Any]:
    """The table as shipped without one rule."""
    kept = [rule for rule in BASELINE["rules"] if rule["name"] != name]
    return {**BASELINE, "rules": kept}


@pytest.mark.req("R-CIM-20")
def test_baseline_is_accepted_by_tests_that_ran() -> None:
    installed = introduce_baselines()

    assert ORDER_INFORMATION.key not in installed.off
    assert resolve(ORDER_INFORMATION.key).config == BASELINE


@pytest.mark.req("R-CIM-21")
def test_readiness_manager_cannot_draft_a_table_with_a_gap() -> None:
    the_table()

    with pytest.raises(RuleBroken) as refused:
        draft_capability(
            slot_key=ORDER_INFORMATION.key,
            config=without("device on credit"),
            change_note="Credit needs nothing",
            actor=a_manager(),
        )

    assert "No rule of “credit” covers Fibre 900 with device = credit." in refused.value.message
    assert CapabilityVersion.objects.filter(slot__key=ORDER_INFORMATION.key).count() == 1


def test_item_that_cannot_be_looked_up_is_refused() -> None:
    items = [{**BASELINE["items"][0], "look": "tea.leaves"}, *BASELINE["items"][1:]]

    with pytest.raises(ValueError, match="looked up by tea"):
        ORDER_INFORMATION.check_config({**BASELINE, "items": items})  # type: ignore[misc]  # it has one


@pytest.mark.req("R-CIM-21")
def test_cases_ask_every_combination_and_fail_where_a_rule_is_missing() -> None:
    shown = {
        case.key: (case.check(BASELINE), case.check(without("static IP address")))
        for case in cases.applicable(ORDER_INFORMATION.key)
    }

    whole, holed = shown["order-information.coverage"]
    assert (whole.passed, whole.measured["wrong"]) == (True, 0)
    assert holed.passed is False
    assert [good.passed for good, _bad in shown.values()] == [True, True, True]
    assert shown["order-information.used"][1].evidence == "never asked for: technical_contact"


@pytest.mark.req("R-CIM-4")
def test_figures_of_completion_count_what_was_completed() -> None:
    now = timezone.now()
    for ready, reworked in ((True, 0), (True, 1), (False, 0)):
        an_order(
            a_customer(),
            state="completed",
            completed_at=now,
            all_ready=ready,
            reworked=reworked,
        )
    order = an_order(a_customer(), ordered_at=now - timedelta(hours=3))
    CompletionStep.objects.create(order=order, step="acceptance", state="done", by="x", at=now)

    def measured(key: str) -> tuple[float, int]:
        (one,) = [one for one in measures.declared() if one.key == key]
        found = measures.measured(one, a=now - timedelta(days=1), b=now + timedelta(days=1))
        return round(float(found["value"]), 3), found["n"]

    assert measured("Q-6") == (0.667, 3)
    assert measured("Q-6b") == (0.667, 3)
    assert measured("F-1") == (10800.0, 1)
