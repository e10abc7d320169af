"""How far a profile can be trusted: five parts, each over the facts we expect to hold.

Every part counts an expected fact that is missing as nothing, and a verified value settles a
conflict; hence adding a verified value never lowers the score, and ageing never raises it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customers.insight.sections.facts import Believed, survivors

PARTS = ("freshness", "completeness", "verification", "conflicts", "consent")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its share of 100, and the expected keys that would raise it."""

    name: str
    score: int
    weight: int
    missing: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """As it is kept in the profile."""
        return {
            "name": self.name,
            "score": self.score,
            "weight": self.weight,
            "missing": list(self.missing),
        }


@dataclass(frozen=True, slots=True)
class Confidence:
    """The score of 100 and what it is made of."""

    score: int
    parts: tuple[Part, ...]


def check(config: Mapping[str, Any]) -> None:
    """Refuse weights that do not come to 100 and an empty list of expected facts."""
    weights = config.get("weights", {})
    if set(weights) != set(PARTS) or sum(weights.values()) != 100:  # noqa: PLR2004  # per cent
        raise ValueError(f"Weights name {', '.join(PARTS)} and come to 100.")
    if any(weight < 0 for weight in weights.values()):
        raise ValueError("A weight is not negative.")
    expected = config.get("expected", {})
    if set(expected) != {"consumer", "business"} or not all(expected.values()):
        raise ValueError("Say which facts are expected of consumers and of businesses.")


def score(
    facts: Iterable[Believed],
    *,
    customer_type: str,
    covered: frozenset[str],
    config: Mapping[str, Any],
    now: datetime,
) -> Confidence:
    """The confidence in what is held; `covered` are the purposes with a basis or a consent."""
    believed = list(facts)
    held = survivors(believed)
    expected: Sequence[str] = config["expected"][customer_type]
    newest = dict.fromkeys(expected, 0.0)
    for fact in believed:
        if fact.key in newest:
            newest[fact.key] = max(newest[fact.key], fact.freshness(now))
    shares: dict[str, dict[str, float]] = {
        "freshness": newest,
        "completeness": {key: float(key in held) for key in expected},
        "verification": {key: float(key in held and held[key].fact.verified) for key in expected},
        "conflicts": {key: float(key in held and not held[key].conflicts) for key in expected},
        "consent": {
            key: float(key in held and held[key].fact.purpose in covered) for key in expected
        },
    }
    weights = config["weights"]
    parts = tuple(_part(name, shares[name], weights[name]) for name in PARTS)
    total = sum(weights[name] * sum(shares[name].values()) / len(expected) for name in PARTS)
    # Rounded down from one total, so that rounding can't break what holds for the sum.
    return Confidence(score=int(total + 1e-9), parts=parts)


def _part(name: str, shares: Mapping[str, float], weight: int) -> Part:
    half = 0.5
    return Part(
        name=name,
        score=int(100 * sum(shares.values()) / len(shares) + 1e-9),
        weight=weight,
        missing=tuple(key for key, share in shares.items() if share < half),
    )
