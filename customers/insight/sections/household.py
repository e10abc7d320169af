"""Household: who lives there, as far as we were told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from customers.insight.sections.facts import Held, Reason, Value, derived


def build(held: Mapping[str, Held], config: Mapping[str, Any], now: datetime) -> tuple[Value, ...]:
    """The form of the household, its least size, and what is changing in it."""
    values = [value for value in (_form(held, now), _size(held, now)) if value]
    for key in ("household.works_from_home", "household.moving"):
        if fact := held.get(key):
            values.append(derived(key, fact.value, [Reason("as-told")], [fact], now))
    return tuple(values)


def _form(held: Mapping[str, Held], now: datetime) -> Value | None:
    partner, dependents = held.get("household.partner"), held.get("household.dependents")
    if partner is None or dependents is None:
        return None
    form = {
        (True, True): "couple-with-dependants",
        (True, False): "couple",
        (False, True): "one-adult-with-dependants",
        (False, False): "one-adult",
    }[bool(partner.value), bool(dependents.value)]
    reasons = [
        Reason("partner-yes" if partner.value else "partner-no"),
        Reason("dependants-yes" if dependents.value else "dependants-no"),
    ]
    return derived("form", form, reasons, [partner, dependents], now)


def _size(held: Mapping[str, Held], now: datetime) -> Value | None:
    if told := held.get("household.size"):
        return derived("size", {"at_least": told.value}, [Reason("as-told")], [told], now)
    partner, dependents = held.get("household.partner"), held.get("household.dependents")
    if partner is None or dependents is None:
        return None
    children = held.get("household.children")
    young = int(children.value) if children else int(bool(dependents.value))
    least = 1 + int(bool(partner.value)) + young
    used = [partner, dependents, *([children] if children else [])]
    return derived("size", {"at_least": least}, [Reason("counted", {"least": least})], used, now)
