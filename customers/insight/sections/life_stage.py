"""Life stage: where in life the household stands, by rules whose thresholds are governed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from customers.insight.sections.facts import Held, Reason, Value, derived

STAGES = (
    "starting-out",
    "single",
    "couple",
    "family",
    "single-parent",
    "later-life",
    "later-life-with-dependants",
)
_LEAST_AGE, _MOST_AGE = 14, 120


def check(config: Mapping[str, Any]) -> None:
    """Refuse thresholds that no person's life fits."""
    young, senior = config.get("young_age"), config.get("senior_age")
    if not (isinstance(young, int) and isinstance(senior, int)):
        raise ValueError("young_age and senior_age are whole numbers of years.")
    if not _LEAST_AGE <= young < senior <= _MOST_AGE:
        raise ValueError("young_age comes before senior_age, both within a life.")


def build(held: Mapping[str, Held], config: Mapping[str, Any], now: datetime) -> tuple[Value, ...]:
    """One stage, or none while it is not known who lives there."""
    partner, dependents = held.get("household.partner"), held.get("household.dependents")
    if partner is None or dependents is None:
        return ()
    used = [partner, dependents]
    reasons = []
    age = held.get("person.age")
    senior = held.get("person.senior")
    is_senior = is_young = False
    if age is not None:
        is_senior, is_young = age.value >= config["senior_age"], age.value <= config["young_age"]
        used.append(age)
        if is_senior or is_young:
            reasons.append(Reason("age", {"age": age.value}))
    elif senior is not None:
        is_senior = bool(senior.value)
        used.append(senior)
        reasons.append(Reason("senior-flag" if is_senior else "not-senior-flag"))
    reasons += [
        Reason("partner-yes" if partner.value else "partner-no"),
        Reason("dependants-yes" if dependents.value else "dependants-no"),
    ]
    stage = _stage(
        is_senior=is_senior,
        is_young=is_young,
        partner=bool(partner.value),
        dependents=bool(dependents.value),
    )
    return (derived("stage", stage, reasons, used, now),)


def _stage(*, is_senior: bool, is_young: bool, partner: bool, dependents: bool) -> str:
    if is_senior:
        return "later-life-with-dependants" if dependents else "later-life"
    if dependents:
        return "family" if partner else "single-parent"
    if is_young:
        return "starting-out"
    return "couple" if partner else "single"
