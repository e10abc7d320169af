"""Demographics: what kind of person or organisation this is, as far as we were told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from customers.insight.sections.facts import Held, Reason, Value, derived


def build(held: Mapping[str, Held], config: Mapping[str, Any], now: datetime) -> tuple[Value, ...]:
    """Age group from the age, or from the senior flag where only that is known."""
    values = []
    group = _age_group(held, config, now)
    if group:
        values.append(group)
    for key in ("person.gender", "person.occupation", "person.language"):
        if fact := held.get(key):
            values.append(derived(key, fact.value, [Reason("as-told")], [fact], now))
    return tuple(values)


def _age_group(held: Mapping[str, Held], config: Mapping[str, Any], now: datetime) -> Value | None:
    senior_age, young_age = config["senior_age"], config["young_age"]
    if age := held.get("person.age"):
        group = (
            "senior"
            if age.value >= senior_age
            else "young-adult"
            if age.value <= young_age
            else "adult"
        )
        reason = Reason(
            "age-group", {"age": age.value, "senior_age": senior_age, "young_age": young_age}
        )
        return derived("age_group", group, [reason], [age], now)
    if senior := held.get("person.senior"):
        group = "senior" if senior.value else "below-senior"
        reason = Reason("senior-flag" if senior.value else "not-senior-flag")
        return derived("age_group", group, [reason], [senior], now)
    return None
