"""The usage pattern of known customers, worked out by hand."""

from typing import Any

import pytest

from customers.insight.governed import USAGE
from customers.insight.sections import usage
from tests.customers.insight.sections.held import NOW, held, told

pytestmark = pytest.mark.req("R-BCI-7")


def test_golden_customer() -> None:
    facts = held(
        contract__tenure_months=34,
        charge__monthly=56.95,
        charge__total=1889.5,
        service__phone=True,
        service__internet="DSL",
        service__online_security=True,
        service__online_backup=False,
        service__device_protection=True,
        contract__paperless=False,
    )

    assert told(usage.build(facts, USAGE.baseline, NOW)) == {
        "services": "phone+internet",
        "add_ons": 2,
        "tenure": "settled",
        "spend": "middle",
        "spend_trend": "steady",
        "bill": "paper",
    }


@pytest.mark.parametrize(
    ("monthly", "total", "trend"),
    [(105.1, 1000, "rising"), (104.9, 1000, "steady"), (94.9, 1000, "falling")],
)
def test_spend_trend_against_the_mean_month(monthly: float, total: float, trend: str) -> None:
    facts = held(contract__tenure_months=10, charge__monthly=monthly, charge__total=total)

    assert told(usage.build(facts, USAGE.baseline, NOW))["spend_trend"] == trend


def test_a_new_customer_has_no_trend_yet() -> None:
    facts = held(contract__tenure_months=5, charge__monthly=50, charge__total=100)

    values = told(usage.build(facts, USAGE.baseline, NOW))

    assert values["tenure"] == "new"
    assert "spend_trend" not in values


def test_no_internet_is_no_service() -> None:
    facts = held(service__phone=True, service__internet="No")

    assert told(usage.build(facts, USAGE.baseline, NOW)) == {"services": "phone"}


def test_nothing_known_gives_nothing() -> None:
    assert usage.build({}, USAGE.baseline, NOW) == ()


@pytest.mark.parametrize(
    "change", [{"new_below_months": 60}, {"spend_low_below": 90}, {"trend_share": 2}]
)
def test_bands_that_overlap_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"before|share"):
        usage.check({**USAGE.baseline, **change})
