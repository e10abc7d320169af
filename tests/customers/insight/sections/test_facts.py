"""Which of several values survives, always the same one."""

from datetime import UTC, datetime, timedelta

import pytest

from customers.insight.sections.facts import Believed, derived, survivors

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def _fact(
    number: int, value: str, *, trust: int = 70, verified: bool = False, days: int = 0
) -> Believed:
    since = NOW - timedelta(days=days)
    return Believed(number, "k", value, trust, verified, since, since + timedelta(days=100))


@pytest.mark.req("R-BCI-2")
@pytest.mark.parametrize(
    ("_case", "facts", "winner"),
    [
        ("verified before trusted", [_fact(1, "a", trust=90), _fact(2, "b", verified=True)], "b"),
        ("trusted before newer", [_fact(1, "a", trust=90, days=9), _fact(2, "b")], "a"),
        ("newer among equals", [_fact(1, "a"), _fact(2, "b", days=9)], "a"),
        ("later recorded at last", [_fact(1, "a"), _fact(2, "b")], "b"),
    ],
)
def test_survivor(_case: str, facts: list[Believed], winner: str) -> None:
    assert survivors(facts)["k"].value == winner
    assert survivors(reversed(facts))["k"].value == winner


def test_a_verified_value_settles_a_conflict() -> None:
    open_matter = survivors([_fact(1, "a"), _fact(2, "b")])["k"]
    settled = survivors([_fact(1, "a"), _fact(2, "b", verified=True)])["k"]

    assert [fact.value for fact in open_matter.conflicts] == ["a"]
    assert settled.conflicts == ()


def test_freshness_is_one_half_at_the_confirm_by_date() -> None:
    fact = _fact(1, "a")

    assert fact.freshness(NOW) == 1
    assert fact.freshness(NOW + timedelta(days=100)) == 0.5
    assert fact.freshness(NOW + timedelta(days=300)) == 0


def test_a_derived_value_is_as_sure_as_its_weakest_fact() -> None:
    strong = survivors([_fact(1, "a", trust=90)])["k"]
    weak = survivors([_fact(2, "b", trust=40)])["k"]

    value = derived("v", "x", [], [strong, weak], NOW)

    assert (value.confidence, value.facts) == (40, (1, 2))
