"""Service-level policy: which promise a matter gets, from a table with exactly one hit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from interactions.clock import STAGES, Metric
from interactions.governed.channels import CHANNELS
from readiness.registry.slots import Slot

TYPES: Final = ("consumer", "business", "unknown")
PRIORITIES: Final = (1, 2, 3, 4, 5)
STANDARD: Final = "standard"

_HOUR: Final = 3600
_LIVE: Final = ["phone", "chat", "shop"]

BASELINE: Final[Mapping[str, Any]] = {
    "tiers": [STANDARD, "gold", "platinum"],
    "rules": [
        {
            "name": "platinum",
            "when": {"tier": ["platinum"]},
            "calendar": "round-the-clock",
            "targets": {
                "first_response": _HOUR // 2,
                "next_response": _HOUR,
                "resolution": 4 * _HOUR,
            },
        },
        {
            "name": "gold",
            "when": {"tier": ["gold"]},
            "calendar": "desk",
            "targets": {
                "first_response": 2 * _HOUR,
                "next_response": 4 * _HOUR,
                "resolution": 12 * _HOUR,
            },
        },
        {
            "name": "business, urgent",
            "when": {"tier": [STANDARD], "type": ["business"], "priority": [1, 2]},
            "calendar": "round-the-clock",
            "targets": {
                "first_response": 2 * _HOUR,
                "next_response": 4 * _HOUR,
                "resolution": 12 * _HOUR,
            },
        },
        {
            "name": "business",
            "when": {"tier": [STANDARD], "type": ["business"], "priority": [3, 4, 5]},
            "calendar": "desk",
            "targets": {
                "first_response": 4 * _HOUR,
                "next_response": 6 * _HOUR,
                "resolution": 24 * _HOUR,
            },
        },
        {
            "name": "consumer, live",
            "when": {"tier": [STANDARD], "type": ["consumer", "unknown"], "channel": _LIVE},
            "calendar": "desk",
            "targets": {
                "first_response": 2 * _HOUR,
                "next_response": 8 * _HOUR,
                "resolution": 24 * _HOUR,
            },
        },
    ],
    "default": {
        "name": "default",
        "calendar": "desk",
        "targets": {
            "first_response": 8 * _HOUR,
            "next_response": 8 * _HOUR,
            "resolution": 48 * _HOUR,
        },
    },
    "pauses": ["waiting_customer", "waiting_third_party"],
    "max_pause_seconds": 30 * 24 * _HOUR,
    "stages": list(STAGES),
    "at_risk_stage": 90,
    "tell": {"75": ["owner"], "90": ["owner"], "100": ["owner", "leads"], "150": ["leads"]},
    "customer_notice": {
        "automatic": True,
        "stage": 90,
        "targets": ["first_response", "resolution"],
        "extend_percent": 50,
    },
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What one rule promises."""

    rule: str
    calendar: str
    targets: Mapping[str, int]


def matching(
    config: Mapping[str, Any], *, channel: str, type: str, tier: str, priority: int
) -> list[Mapping[str, Any]]:
    """Every rule that speaks about this combination; a valid table has none or one."""
    asked = {"channel": channel, "type": type, "tier": tier, "priority": priority}
    return [
        rule
        for rule in config["rules"]
        if all(asked[column] in values for column, values in rule.get("when", {}).items())
    ]


def terms(config: Mapping[str, Any], *, channel: str, type: str, tier: str, priority: int) -> Terms:
    """The one rule that applies, else the default."""
    hits = matching(config, channel=channel, type=type, tier=tier, priority=priority)
    rule = hits[0] if hits else config["default"]
    return Terms(str(rule["name"]), str(rule["calendar"]), dict(rule["targets"]))


def combinations(config: Mapping[str, Any]) -> Iterator[tuple[str, str, str, int]]:
    """Every channel, customer type, tier and priority that can be asked about."""
    yield from product(CHANNELS, TYPES, config["tiers"], PRIORITIES)


def calendars_used(config: Mapping[str, Any]) -> set[str]:
    return {str(rule["calendar"]) for rule in (*config["rules"], config["default"])}


def check(config: Mapping[str, Any]) -> None:
    """ValueError with a sentence unless every combination gets exactly one whole promise."""
    for key, kind in {"tiers": list, "rules": list, "default": dict}.items():
        if not isinstance(config.get(key), kind):
            raise ValueError(f"A service-level policy has “{key}” as a {kind.__name__}.")
    if STANDARD not in config["tiers"]:
        raise ValueError(f"The tiers must contain “{STANDARD}”: customers without one get it.")
    known: dict[str, set[Any]] = {
        "channel": set(CHANNELS),
        "type": set(TYPES),
        "tier": set(config["tiers"]),
        "priority": set(PRIORITIES),
    }
    for rule in (*config["rules"], config["default"]):
        _check_rule(rule, known)
    for channel, type_, tier, priority in combinations(config):
        hits = matching(config, channel=channel, type=type_, tier=tier, priority=priority)
        if len(hits) > 1:
            names = " and ".join(f"“{rule['name']}”" for rule in hits)
            raise ValueError(
                f"{names} both apply to {channel}, {type_}, {tier}, priority {priority}."
            )
    _check_stages(config)


def _check_rule(rule: Mapping[str, Any], known: Mapping[str, set[Any]]) -> None:
    name = rule.get("name")
    if not name or not isinstance(rule.get("calendar"), str):
        raise ValueError("Every rule has a name and a calendar.")
    targets = rule.get("targets")
    if not isinstance(targets, Mapping) or not {"first_response", "resolution"} <= set(targets):
        raise ValueError(f"Rule “{name}” must promise at least first_response and resolution.")
    for target, amount in targets.items():
        if target not in set(Metric):
            raise ValueError(f"Rule “{name}”: {target} is no target; they are {', '.join(Metric)}.")
        if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0:
            raise ValueError(f"Rule “{name}”: {target} needs whole seconds greater than 0.")
    for column, values in rule.get("when", {}).items():
        if column not in known:
            raise ValueError(f"Rule “{name}” asks about {column}, which is no column.")
        strange = [value for value in values if value not in known[column]]
        if strange or not values:
            raise ValueError(f"Rule “{name}”: {column} {strange or 'without a value'} is unknown.")


def _check_stages(config: Mapping[str, Any]) -> None:
    stages = config.get("stages", list(STAGES))
    if not all(isinstance(stage, int) and stage > 0 for stage in stages) or 100 not in stages:  # noqa: PLR2004 - per cent
        raise ValueError("Stages are whole per cents and 100 is one of them.")
    notice = config.get("customer_notice", {})
    if notice.get("automatic") and notice.get("stage") not in stages:
        raise ValueError("The stage at which the customer is told must be one of the stages.")


SLOT: Final = Slot(
    key="sla.policy",
    title="Service-level policy",
    unit="customer",
    processes=("1.3.5.6",),
    baseline=BASELINE,
    code_ref="interactions.clock",
    check_config=check,
    durations=("rules.*.targets.*", "default.targets.*", "max_pause_seconds"),
)
