"""A retention policy that cannot be followed is refused with a sentence."""

from typing import Any

import pytest

from customers import retention
from customers.governed import RETENTION_POLICY
from tests.customers.archive.factories import a_policy

pytestmark = pytest.mark.req("R-CIM-13")


def test_the_shipped_policy_can_be_followed() -> None:
    retention.check(RETENTION_POLICY.baseline)


@pytest.mark.parametrize(
    ("_case", "config", "says"),
    [
        ("no rules", a_policy() | {"rules": []}, "without rules"),
        ("an unknown state", a_policy({"relationship": "engaged"}), "is no state"),
        ("an unknown answer", a_policy({"relationship": "live", "on_silence": "sell"}), "silence"),
        (
            "days that are none",
            a_policy({"relationship": "live", "keep_days": -1}),
            "whole number of days",
        ),
        (
            "days as text",
            a_policy({"relationship": "live", "keep_days": "9"}),
            "whole number of days",
        ),
        ("a rule said twice", a_policy({"relationship": "live"}, {"relationship": "live"}), "Two"),
        ("no time after restoring", a_policy(restored_stays_days=0), "at least one day"),
        ("a part is missing", {"rules": []}, "A policy has rules"),
        ("a misspelt part", a_policy({"relationship": "live", "days": 4}), "A policy has rules"),
    ],
)
def test_refused(_case: str, config: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        retention.check(config)


def test_the_own_jurisdiction_comes_first_whatever_the_order() -> None:
    general = {"relationship": "live", "keep_days": 1}
    own = {"relationship": "live", "keep_days": 9, "jurisdiction": "PL"}

    for rules in ([general, own], [own, general]):
        policy = retention.policy(1, a_policy(*rules))
        (rule,) = policy.rules_for("interaction", "PL")
        assert rule.keep_days == 9
        assert policy.rules_for("interaction", "GB")[0].keep_days == 1
