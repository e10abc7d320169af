"""Service-level policy: which promise a matter gets, from a table with exactly one hit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from django.utils.translation import gettext as _

from interactions.clock import STAGES, Metric
from interactions.governed import words
from interactions.governed.channels import CHANNELS
from readiness.registry.settings import SettingProblem
from readiness.registry.slots import Slot

TYPES: Final = ("consumer", "business", "unknown")
PRIORITIES: Final = (1, 2, 3, 4, 5)
STANDARD: Final = "standard"

_HOUR: Final = 3600
# What lies between are moments that are no share of the time: doubt, silence after a miss.
_LOWEST: Final = 5
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
        "silent_after_seconds": _HOUR // 2,
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
    """A SettingProblem with a sentence unless every combination gets exactly one whole promise."""
    for key, kind in {"tiers": list, "rules": list, "default": dict}.items():
        if not isinstance(config.get(key), kind):
            raise SettingProblem(
                _("A service-level policy has tiers, promises and a default for everything else."),
                key,
            )
    if STANDARD not in config["tiers"]:
        raise SettingProblem(
            _("Keep the tier “%(tier)s”: customers without a tier get it.") % {"tier": STANDARD},
            "tiers",
        )
    known: dict[str, set[Any]] = {
        "channel": set(CHANNELS),
        "type": set(TYPES),
        "tier": set(config["tiers"]),
        "priority": set(PRIORITIES),
    }
    for number, rule in enumerate(config["rules"]):
        _check_rule(rule, known, f"rules.{number}")
    _check_rule(config["default"], known, "default")
    for channel, type_, tier, priority in combinations(config):
        hits = matching(config, channel=channel, type=type_, tier=tier, priority=priority)
        if len(hits) > 1:
            raise SettingProblem(
                _(
                    "“%(one)s” and “%(other)s” both apply to %(channel)s, %(type)s, %(tier)s,"
                    " priority %(priority)d. Narrow one of them."
                )
                % {
                    "one": hits[0]["name"],
                    "other": hits[1]["name"],
                    "channel": channel,
                    "type": type_,
                    "tier": tier,
                    "priority": priority,
                },
                f"rules.{config['rules'].index(hits[1])}.name",
            )
    _check_stages(config)


def _check_rule(rule: Mapping[str, Any], known: Mapping[str, set[Any]], where: str) -> None:
    if not rule.get("name"):
        raise SettingProblem(_("Give this promise a name."), f"{where}.name")
    if not isinstance(rule.get("calendar"), str):
        raise SettingProblem(_("Say by which hours it counts."), f"{where}.calendar")
    targets = rule.get("targets")
    targets = targets if isinstance(targets, Mapping) else {}
    for target in ("first_response", "resolution"):
        if target not in targets:
            raise SettingProblem(
                _("“%(name)s” promises at least a first reply and a fix.") % {"name": rule["name"]},
                f"{where}.targets.{target}",
            )
    for target, amount in targets.items():
        place = f"{where}.targets.{target}"
        if target not in set(Metric):
            known_ones = ", ".join(Metric)
            raise SettingProblem(
                _("“%(target)s” is no target; they are %(known)s.")
                % {"target": target, "known": known_ones},
                place,
            )
        if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0:
            raise SettingProblem(_("A promise is a time greater than 0, such as 8 h."), place)
    for column, values in rule.get("when", {}).items():
        place = f"{where}.when.{column}"
        strange = [value for value in values if value not in known.get(column, set())]
        if strange or not values:
            raise SettingProblem(
                _("“%(name)s” asks for %(what)s, which does not exist.")
                % {"name": rule["name"], "what": " ".join([column, *map(str, strange)])},
                place,
            )


def _check_stages(config: Mapping[str, Any]) -> None:
    stages = config.get("stages", list(STAGES))
    if not all(isinstance(stage, int) and stage > 0 for stage in stages) or 100 not in stages:  # noqa: PLR2004 - per cent
        raise SettingProblem(_("Stages are whole per cents and 100 is one of them."), "stages")
    if any(stage < _LOWEST or stage % _LOWEST for stage in stages):
        raise SettingProblem(_("Stages are multiples of 5 %."), "stages")
    notice = config.get("customer_notice", {})
    if notice.get("automatic") and notice.get("stage") not in stages:
        raise SettingProblem(
            _("The customer is told at one of the stages: %(stages)s.")
            % {"stages": ", ".join(map(str, stages))},
            "customer_notice.stage",
        )


SLOT: Final = Slot(
    key="sla.policy",
    title="Service-level policy",
    unit="customer",
    processes=("1.3.5.6",),
    baseline=BASELINE,
    code_ref="interactions.clock",
    check_config=check,
    durations=(
        "rules.*.targets.*",
        "default.targets.*",
        "max_pause_seconds",
        "customer_notice.silent_after_seconds",
    ),
    settings=words.SLA_POLICY,
)
