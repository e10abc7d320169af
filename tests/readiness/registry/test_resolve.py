from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.db import OperationalError
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from readiness.models import CapabilityVersion
from readiness.registry import resolve as registry
from readiness.registry import slots
from readiness.registry.resolve import CapabilityOff, bucket, forget_snapshot, resolve
from tests.readiness.factories import a_pilot, a_serving_version, a_version

State = CapabilityVersion.State
SLOT = "toaster.policy"
TEXT = st.text(min_size=1, max_size=20)


@pytest.fixture(autouse=True)
def _slot(own_registry: None) -> Iterator[None]:
    slots.declare(slots.Slot(key=SLOT, title="Toaster", unit="customer", baseline={"v": 1}))
    yield
    forget_snapshot()


@pytest.mark.req("R-CSR-24")
@given(salt=TEXT, unit=TEXT, small=st.integers(0, 10_000), more=st.integers(0, 10_000))
@settings(max_examples=500)
def test_raising_a_share_only_adds_units(salt: str, unit: str, small: int, more: int) -> None:
    large = min(10_000, small + more)

    if bucket(SLOT, salt, unit) < small:
        assert bucket(SLOT, salt, unit) < large


@given(salt=TEXT, unit=TEXT)
def test_bucket_is_the_same_whenever_asked_and_within_range(salt: str, unit: str) -> None:
    assert bucket(SLOT, salt, unit) == bucket(SLOT, salt, unit)
    assert 0 <= bucket(SLOT, salt, unit) < 10_000


def test_bucket_never_changes_between_releases() -> None:
    # A change of this number would move customers between versions in the middle of a pilot.
    assert bucket("sla.policy", "s1", "customer:1042") == 4558


@pytest.mark.parametrize("percent", [1, 5, 25, 50])
def test_realised_share_is_close_to_the_asked_one(percent: int) -> None:
    inside = sum(bucket(SLOT, "salt", str(unit)) < percent * 100 for unit in range(20_000))

    assert inside / 200 == pytest.approx(percent, abs=0.8)


def test_two_pilots_pick_independently() -> None:
    both = sum(
        bucket(SLOT, "a", str(unit)) < 2_000 and bucket(SLOT, "b", str(unit)) < 2_000
        for unit in range(20_000)
    )

    assert both / 20_000 == pytest.approx(0.04, abs=0.006)


@pytest.mark.django_db
@pytest.mark.req("R-CSR-24")
@pytest.mark.parametrize(
    "state", ["draft", "in_test", "accepted", "suspended", "superseded", "withdrawn", "retired"]
)
def test_only_pilot_and_general_use_ever_serve(state: str) -> None:
    a_version(SLOT, {"v": 9}, state=state)

    with pytest.raises(CapabilityOff):
        resolve(SLOT, unit="customer:1")


@pytest.mark.django_db
def test_pilot_serves_exactly_its_hashed_cohort() -> None:
    general = a_serving_version(SLOT, {"v": 1})
    pilot = a_pilot(SLOT, {"v": 2}, percent=10)

    for unit in map(str, range(300)):
        chosen = bucket(SLOT, pilot.salt, unit) < 1_000
        assert resolve(SLOT, unit=unit).version_id == (pilot.pk if chosen else general.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("unit", [None, ""])
def test_missing_unit_is_in_no_cohort(unit: str | None) -> None:
    general = a_serving_version(SLOT, {"v": 1})
    a_pilot(SLOT, {"v": 2}, percent=99.99)

    assert resolve(SLOT, unit=unit).version_id == general.pk


@pytest.mark.django_db
def test_answer_within_five_seconds_needs_no_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    a_serving_version(SLOT)
    resolve(SLOT)

    with django_assert_num_queries(0):
        resolve(SLOT)
        resolve(SLOT, unit="customer:7")


@pytest.mark.django_db
def test_snapshot_is_never_older_than_five_seconds() -> None:
    with patch("readiness.registry.resolve.time.monotonic", return_value=100.0):
        a_serving_version(SLOT, {"v": 1})
        resolve(SLOT)
    version = CapabilityVersion.objects.get()
    CapabilityVersion.objects.update(state=State.SUSPENDED)

    with patch("readiness.registry.resolve.time.monotonic", return_value=104.9):
        assert resolve(SLOT).version_id == version.pk
    with (
        patch("readiness.registry.resolve.time.monotonic", return_value=105.0),
        pytest.raises(CapabilityOff),
    ):
        resolve(SLOT)


@pytest.mark.django_db
def test_unreachable_register_leaves_the_last_good_answer() -> None:
    version = a_serving_version(SLOT)
    resolve(SLOT)
    forget_snapshot()

    with patch.object(registry, "_read_snapshot", side_effect=OperationalError):
        assert resolve(SLOT).version_id == version.pk


@pytest.mark.django_db
def test_unreachable_register_and_no_answer_before_means_off() -> None:
    with (
        patch.object(registry, "_read_snapshot", side_effect=OperationalError),
        patch.object(registry, "_snapshot", {}),
        pytest.raises(CapabilityOff),
    ):
        resolve(SLOT)
