"""What readiness governs in customer insight: thresholds of the sections, and confidence."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.insight.sections import confidence, life_stage, usage
from customers.insight.sections.facts import Believed, survivors
from readiness.registry.cases import Case, Shown
from readiness.registry.cases import declare as declare_case
from readiness.registry.settings import Setting
from readiness.registry.slots import Slot
from readiness.registry.slots import declare as declare_slot

USAGE = declare_slot(
    Slot(
        key="insight.usage",
        title="Usage pattern: bands of tenure and spend",
        unit="customer",
        processes=("1.3.4.1.1",),
        personal_data=True,
        baseline={
            "new_below_months": 6,
            "loyal_from_months": 48,
            "spend_low_below": 35,
            "spend_high_from": 80,
            "trend_share": 0.05,
        },
        code_ref="customers.insight.sections.usage",
        check_config=usage.check,
        settings={
            "new_below_months": Setting(_("New customer below"), unit=_("months")),
            "loyal_from_months": Setting(_("Loyal customer from"), unit=_("months")),
            "spend_low_below": Setting(_("Low spend below"), unit=_("a month")),
            "spend_high_from": Setting(_("High spend from"), unit=_("a month")),
            "trend_share": Setting(_("Spend moves from"), _("0.05 is five per cent up or down.")),
        },
    )
)
LIFE_STAGE = declare_slot(
    Slot(
        key="insight.life_stage",
        title="Life stage: ages that tell the stages apart",
        unit="customer",
        processes=("1.3.4.1.1",),
        personal_data=True,
        baseline={"young_age": 29, "senior_age": 65},
        code_ref="customers.insight.sections.life_stage",
        check_config=life_stage.check,
        settings={
            "young_age": Setting(_("Starting out up to"), unit=_("years")),
            "senior_age": Setting(_("Later life from"), unit=_("years")),
        },
    )
)
_EXPECTED_OF_CONSUMERS = [
    "person.gender",
    "person.senior",
    "household.partner",
    "household.dependents",
    "contract.tenure_months",
    "contract.term",
    "contract.payment_method",
    "charge.monthly",
    "service.phone",
    "service.internet",
    "preference.channel",
    "usage.data_gb",
]
_EXPECTED_OF_BUSINESSES = [
    "organisation.sector",
    "organisation.headcount",
    "organisation.sites",
    "contract.tenure_months",
    "contract.term",
    "charge.monthly",
    "service.phone",
    "service.internet",
    "preference.channel",
]
CONFIDENCE = declare_slot(
    Slot(
        key="insight.confidence",
        title="Trust in a profile: weights and expected facts",
        unit="customer",
        processes=("1.3.4.1.1",),
        baseline={
            "weights": {
                "freshness": 25,
                "completeness": 25,
                "verification": 25,
                "conflicts": 15,
                "consent": 10,
            },
            "expected": {"consumer": _EXPECTED_OF_CONSUMERS, "business": _EXPECTED_OF_BUSINESSES},
        },
        code_ref="customers.insight.sections.confidence",
        check_config=confidence.check,
        settings={
            "weights": Setting(_("Share of each part in the confidence"), _("Together 100.")),
            "weights.freshness": Setting(_("Freshness"), unit="%"),
            "weights.completeness": Setting(_("Completeness"), unit="%"),
            "weights.verification": Setting(_("Verification"), unit="%"),
            "weights.conflicts": Setting(_("Absence of conflicts"), unit="%"),
            "weights.consent": Setting(_("Consent"), unit="%"),
            "expected": Setting(_("Facts we expect to know"), _("Keys of facts, with commas.")),
            "expected.consumer": Setting(_("Of consumers"), kind="list"),
            "expected.business": Setting(_("Of businesses"), kind="list"),
        },
    )
)

_DAY = datetime(2026, 1, 15, 12, tzinfo=UTC)


def _told(number: int, key: str, value: Any, *, verified: bool = False, days: int = 0) -> Believed:
    since = _DAY - timedelta(days=days)
    return Believed(number, key, value, 70, verified, since, since + timedelta(days=365))


def _check_life_stage(config: Mapping[str, Any]) -> Shown:
    """Walk one person through life and see every stage come in its turn."""
    young, senior = int(config["young_age"]), int(config["senior_age"])
    walk = [
        (young, False, False, "starting-out"),
        (young + 1, False, False, "single"),
        (young + 1, True, False, "couple"),
        (young + 1, True, True, "family"),
        (senior - 1, False, True, "single-parent"),
        (senior, True, False, "later-life"),
    ]
    wrong = []
    for age, partner, dependents, stage in walk:
        held = survivors(
            [
                _told(1, "person.age", age),
                _told(2, "household.partner", partner),
                _told(3, "household.dependents", dependents),
            ]
        )
        found = life_stage.build(held, config, _DAY)
        if [value.value for value in found] != [stage] or found[0].facts != (1, 2, 3):
            wrong.append(f"age {age}: {[value.value for value in found]}, not {stage}")
    return Shown(not wrong, "; ".join(wrong) or f"{len(walk)} of {len(walk)} stages as expected")


def _check_usage(config: Mapping[str, Any]) -> Shown:
    """Compute the pattern of one known customer and of nobody."""
    new, low = int(config["new_below_months"]), float(config["spend_low_below"])
    held = survivors(
        [
            _told(1, "contract.tenure_months", new),
            _told(2, "charge.monthly", low),
            _told(3, "charge.total", low * new),
            _told(4, "service.phone", True),
            _told(5, "service.internet", "no"),
        ]
    )
    found = {value.key: value.value for value in usage.build(held, config, _DAY)}
    wanted = {
        "services": "phone",
        "tenure": "settled",
        "spend": "middle",
        "spend_trend": "steady",
    }
    nothing = usage.build({}, config, _DAY)
    return Shown(
        found == wanted and nothing == (),
        f"one known customer gives {found}; nothing known gives nothing",
        found,
    )


def _check_confidence(config: Mapping[str, Any]) -> Shown:
    """Add verified values one by one, then let them age: up only, then down only."""
    covered = frozenset({"service"})
    facts: list[Believed] = []
    scores = []
    for number, key in enumerate(config["expected"]["consumer"], start=1):
        facts += [_told(number, key, "a", days=30), _told(100 + number, key, "b", verified=True)]
        scores.append(_score(facts, covered, config, _DAY))
    aged = [_score(facts, covered, config, _DAY + timedelta(days=90 * n)) for n in range(10)]
    rises = scores == sorted(scores) and scores[-1] > scores[0]
    falls = aged == sorted(aged, reverse=True) and aged[-1] < aged[0]
    return Shown(rises and falls, f"rose {scores[0]} to {scores[-1]}, aged to {aged[-1]}")


def _score(
    facts: list[Believed], covered: frozenset[str], config: Mapping[str, Any], now: datetime
) -> int:
    return confidence.score(
        facts, customer_type="consumer", covered=covered, config=config, now=now
    ).score


declare_case(
    Case(
        key="insight.life_stage.walk",
        title="A life walked through: every stage comes in its turn",
        slots=("insight.life_stage",),
        category="function",
        check=_check_life_stage,
        clause="R-BCI-9",
    )
)
declare_case(
    Case(
        key="insight.usage.known_customer",
        title="One known customer gives the pattern worked out by hand",
        slots=("insight.usage",),
        category="function",
        check=_check_usage,
        clause="R-BCI-7",
    )
)
declare_case(
    Case(
        key="insight.confidence.direction",
        title="A verified value never lowers trust, ageing never raises it",
        slots=("insight.confidence",),
        category="function",
        check=_check_confidence,
        clause="R-BCI-4",
    )
)
