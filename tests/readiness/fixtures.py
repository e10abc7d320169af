"""Fixtures for everybody whose behaviour readiness governs."""

from collections.abc import Iterator

import pytest

from readiness.registry import cases, measures, slots, supports
from readiness.registry.resolve import forget_snapshot
from tests.readiness.factories import load_baselines


@pytest.fixture(autouse=True)
def _fresh_snapshot() -> None:
    """No test sees the versions of the test before it."""
    forget_snapshot()


@pytest.fixture
def baselines(db: None) -> int:
    """Every declared slot serves its baseline."""
    return load_baselines()


@pytest.fixture
def own_registry() -> Iterator[None]:
    """Slots, cases, measures and supports declared inside the test are forgotten after it."""
    kept_slots, kept_cases = dict(slots._declared), dict(cases._declared)
    kept_measures, kept_supports = dict(measures._declared), dict(supports._declared)
    yield
    slots._declared.clear()
    slots._declared.update(kept_slots)
    cases._declared.clear()
    cases._declared.update(kept_cases)
    measures._declared.clear()
    measures._declared.update(kept_measures)
    supports._declared.clear()
    supports._declared.update(kept_supports)
