"""The facts a section reads: which value survives when several are held, and its weight."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Believed:
    """One fact that is held, as plain values."""

    id: int
    key: str
    value: Any
    trust: int
    verified: bool
    since: datetime
    stale_after: datetime | None
    purpose: str = "service"

    def freshness(self, now: datetime) -> float:
        """1 when new, one half at the confirm-by date, 0 at twice the distance; never rises."""
        if self.stale_after is None or self.stale_after <= self.since:
            return 1.0
        age = (now - self.since) / (self.stale_after - self.since)
        return min(1.0, max(0.0, 1.0 - age / 2))

    def is_stale(self, now: datetime) -> bool:
        return self.stale_after is not None and now >= self.stale_after


@dataclass(frozen=True, slots=True)
class Held:
    """What is held under one key: the value that survives, and the others."""

    fact: Believed
    others: tuple[Believed, ...] = ()

    @property
    def value(self) -> Any:
        return self.fact.value

    @property
    def conflicts(self) -> tuple[Believed, ...]:
        """Other values that disagree; a verified value settles the matter."""
        if self.fact.verified:
            return ()
        return tuple(other for other in self.others if other.value != self.fact.value)

    def confidence(self, now: datetime) -> float:
        trust = max(self.fact.trust / 100, 0.95 if self.fact.verified else 0.0)
        return trust * (0.5 + self.fact.freshness(now) / 2) * (0.6 if self.conflicts else 1.0)


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of "why do we believe this": a sentence by its code, with what goes into it."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Value:
    """One derived value with its why: reasons, the facts used, and how sure it is (0 … 100)."""

    key: str
    value: Any
    reasons: tuple[Reason, ...]
    facts: tuple[int, ...]
    confidence: int

    def plain(self) -> dict[str, Any]:
        """As it is kept in the profile; by hand, since a file brings 100,000 of them."""
        return {
            "key": self.key,
            "value": self.value,
            "reasons": [{"code": part.code, "params": dict(part.params)} for part in self.reasons],
            "facts": list(self.facts),
            "confidence": self.confidence,
        }


def survivors(facts: Iterable[Believed]) -> dict[str, Held]:
    """Key → what survives: verified first, then the more trusted, the newer, the later id."""
    by_key: dict[str, list[Believed]] = {}
    for fact in facts:
        by_key.setdefault(fact.key, []).append(fact)
    held = {}
    for key, several in by_key.items():
        ranked = sorted(several, key=_rank, reverse=True)
        held[key] = Held(ranked[0], tuple(ranked[1:]))
    return held


def _rank(fact: Believed) -> tuple[bool, int, datetime, int]:
    return (fact.verified, 100 if fact.verified else fact.trust, fact.since, fact.id)


def derived(
    key: str, value: Any, reasons: Iterable[Reason], used: Iterable[Held], now: datetime
) -> Value:
    """A value that is as sure as the least sure fact it rests on."""
    rests_on = tuple(used)
    least = min((held.confidence(now) for held in rests_on), default=0.0)
    return Value(
        key=key,
        value=value,
        reasons=tuple(reasons),
        facts=tuple(sorted(held.fact.id for held in rests_on)),
        confidence=round(100 * least),
    )
