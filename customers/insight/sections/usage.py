"""Usage pattern: what is used, for how long, what it costs and where that is going."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from customers.insight.sections.facts import Held, Reason, Value, derived

ADD_ONS = (
    "service.online_security",
    "service.online_backup",
    "service.device_protection",
    "service.tech_support",
    "service.streaming_tv",
    "service.streaming_movies",
)
# Only reach this section while the customer allows insight from usage.
MEASURED = ("usage.data_gb", "usage.voice_minutes")
_NO_INTERNET = frozenset({"", "no", "none"})


def check(config: Mapping[str, Any]) -> None:
    """Refuse bands that overlap or run backwards."""
    if not 0 < config.get("new_below_months", 0) < config.get("loyal_from_months", 0):
        raise ValueError("new_below_months comes before loyal_from_months, both above 0.")
    if not 0 < config.get("spend_low_below", 0) < config.get("spend_high_from", 0):
        raise ValueError("spend_low_below comes before spend_high_from, both above 0.")
    if not 0 < config.get("trend_share", 0) < 1:
        raise ValueError("trend_share is a share between 0 and 1.")


def build(held: Mapping[str, Held], config: Mapping[str, Any], now: datetime) -> tuple[Value, ...]:
    """Services in use, breadth of add-ons, tenure, spend and its direction."""
    found = (
        _services(held, now),
        _add_ons(held, now),
        _tenure(held, config, now),
        _spend(held, config, now),
        _spend_trend(held, config, now),
        _digital(held, now),
    )
    measured = tuple(
        derived(key, held[key].value, [Reason("as-told")], [held[key]], now)
        for key in MEASURED
        if key in held
    )
    return tuple(value for value in found if value) + measured


def _services(held: Mapping[str, Held], now: datetime) -> Value | None:
    phone, internet = held.get("service.phone"), held.get("service.internet")
    used = [fact for fact in (phone, internet) if fact]
    if not used:
        return None
    has_internet = internet and str(internet.value).casefold() not in _NO_INTERNET
    names = (["phone"] if phone and phone.value else []) + (["internet"] if has_internet else [])
    what = "+".join(names) or "none"
    how = {"internet": internet.value if internet and has_internet else ""}
    return derived("services", what, [Reason("services", how)], used, now)


def _add_ons(held: Mapping[str, Held], now: datetime) -> Value | None:
    used = [held[key] for key in ADD_ONS if key in held]
    if not used:
        return None
    taken = [fact.fact.key for fact in used if fact.value is True]
    reason = Reason("add-ons", {"taken": len(taken), "of": len(used), "keys": taken})
    return derived("add_ons", len(taken), [reason], used, now)


def _tenure(held: Mapping[str, Held], config: Mapping[str, Any], now: datetime) -> Value | None:
    months = held.get("contract.tenure_months")
    if months is None:
        return None
    band = (
        "new"
        if months.value < config["new_below_months"]
        else "long-standing"
        if months.value >= config["loyal_from_months"]
        else "settled"
    )
    reason = Reason("tenure", {"months": months.value})
    return derived("tenure", band, [reason], [months], now)


def _spend(held: Mapping[str, Held], config: Mapping[str, Any], now: datetime) -> Value | None:
    monthly = held.get("charge.monthly")
    if monthly is None:
        return None
    band = (
        "low"
        if monthly.value < config["spend_low_below"]
        else "high"
        if monthly.value >= config["spend_high_from"]
        else "middle"
    )
    reason = Reason(
        "spend",
        {
            "monthly": monthly.value,
            "low": config["spend_low_below"],
            "high": config["spend_high_from"],
        },
    )
    return derived("spend", band, [reason], [monthly], now)


def _spend_trend(
    held: Mapping[str, Held], config: Mapping[str, Any], now: datetime
) -> Value | None:
    """This month against the mean of all months: the only trend one snapshot can carry."""
    monthly, total = held.get("charge.monthly"), held.get("charge.total")
    months = held.get("contract.tenure_months")
    if monthly is None or total is None or months is None:
        return None
    if months.value < config["new_below_months"]:
        return None
    mean = total.value / months.value
    if mean <= 0:
        return None
    change = monthly.value / mean - 1
    share = config["trend_share"]
    trend = "rising" if change > share else "falling" if change < -share else "steady"
    reason = Reason("spend-trend", {"monthly": monthly.value, "mean": round(mean, 2)})
    return derived("spend_trend", trend, [reason], [monthly, total, months], now)


def _digital(held: Mapping[str, Held], now: datetime) -> Value | None:
    paperless = held.get("contract.paperless")
    if paperless is None:
        return None
    reason = Reason("paperless-yes" if paperless.value else "paperless-no")
    return derived("bill", "paperless" if paperless.value else "paper", [reason], [paperless], now)
