"""Trust in a profile only moves the way a person would expect."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.insight.governed import CONFIDENCE
from customers.insight.sections import confidence
from customers.insight.sections.facts import Believed

NOW = datetime(2026, 11, 1, tzinfo=UTC)
EXPECTED = CONFIDENCE.baseline["expected"]["consumer"]


def _fact(**fields: object) -> Believed:
    fact = Believed(1, EXPECTED[0], "a", 70, False, NOW, NOW + timedelta(days=365))
    return replace(fact, **fields)  # type: ignore[arg-type]  # fields of a test


FACTS = st.builds(
    lambda number, key, value, trust, verified, days, fresh, purpose: Believed(
        number,
        key,
        value,
        trust,
        verified,
        NOW - timedelta(days=days),
        NOW - timedelta(days=days) + timedelta(days=fresh),
        purpose,
    ),
    st.integers(1, 500),
    st.sampled_from([*EXPECTED, "something.else"]),
    st.sampled_from(["a", "b", True, 7]),
    st.integers(0, 100),
    st.booleans(),
    st.integers(0, 2000),
    st.integers(1, 2000),
    st.sampled_from(["service", "usage-insight"]),
)


def _score(facts: list[Believed], now: datetime = NOW) -> int:
    return confidence.score(
        facts,
        customer_type="consumer",
        covered=frozenset({"service"}),
        config=CONFIDENCE.baseline,
        now=now,
    ).score


def _per_key_purpose(facts: list[Believed]) -> list[Believed]:
    # A key belongs to one purpose, as in the key register.
    return [
        replace(fact, purpose="usage-insight" if fact.key.startswith("usage") else "service")
        for fact in facts
    ]


@pytest.mark.req("R-BCI-4")
@settings(max_examples=500)
@given(st.lists(FACTS, max_size=25), FACTS)
def test_a_verified_value_never_lowers_trust(facts: list[Believed], more: Believed) -> None:
    before = _per_key_purpose(facts)
    after = _per_key_purpose([*facts, replace(more, verified=True)])

    assert _score(after) >= _score(before)


@pytest.mark.req("R-BCI-4")
@settings(max_examples=500)
@given(st.lists(FACTS, max_size=25), st.integers(0, 3000), st.integers(0, 3000))
def test_ageing_never_raises_trust(facts: list[Believed], first: int, more: int) -> None:
    sooner = NOW + timedelta(days=first)

    assert _score(facts, sooner + timedelta(days=more)) <= _score(facts, sooner)


def test_nothing_known_is_trusted_not_at_all_and_everything_verified_fully() -> None:
    everything = [_fact(id=n, key=key, verified=True) for n, key in enumerate(EXPECTED, start=1)]

    assert _score([]) == 0
    assert _score(everything) == 100


def test_two_sources_that_disagree_cost_trust_until_one_is_verified() -> None:
    told = [_fact(id=1, value="a"), _fact(id=2, value="b")]
    agreed = [_fact(id=1, value="a"), _fact(id=2, value="a")]
    settled = [_fact(id=1, value="a", verified=True), _fact(id=2, value="b")]

    assert _score(told) < _score(agreed) < _score(settled)


def test_each_part_names_what_would_raise_it() -> None:
    result = confidence.score(
        [_fact()],
        customer_type="consumer",
        covered=frozenset({"service"}),
        config=CONFIDENCE.baseline,
        now=NOW,
    )

    parts = {part.name: part for part in result.parts}
    assert EXPECTED[0] not in parts["completeness"].missing
    assert EXPECTED[1] in parts["completeness"].missing
    assert EXPECTED[0] in parts["verification"].missing


@pytest.mark.parametrize(
    ("_case", "change"),
    [
        ("weights that do not come to 100", {"weights": {"freshness": 100, "completeness": 1}}),
        ("nothing expected", {"expected": {"consumer": [], "business": ["a"]}}),
    ],
)
def test_a_configuration_that_cannot_work_is_refused(_case: str, change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"come to 100|expected"):
        confidence.check({**CONFIDENCE.baseline, **change})
