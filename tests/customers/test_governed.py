"""The retention policy as shipped passes its own readiness cases, and a bad one does not."""

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from customers.governed import RETENTION_POLICY
from readiness.processes.introduce_baseline import introduce_baselines
from readiness.registry import cases
from readiness.registry.resolve import resolve
from tests.customers.archive.factories import a_closed_interaction, a_policy, a_retention_policy

pytestmark = pytest.mark.django_db


@pytest.mark.req("R-CIM-13")
def test_the_baseline_is_accepted_by_tests_that_ran() -> None:
    installed = introduce_baselines()

    assert "retention.policy" not in installed.off
    assert not [key for key in installed.off if key.startswith("insight.")]
    assert resolve("retention.policy").config == RETENTION_POLICY.baseline


def test_the_drill_leaves_nothing_behind() -> None:
    before = set(Path(tempfile.gettempdir()).iterdir())

    shown = [case.check(RETENTION_POLICY.baseline) for case in cases.applicable("retention.policy")]

    own = [item for item in shown if "came back" in item.evidence]
    assert [item.passed for item in own] == [True]
    assert own[0].evidence == "a record came back identical; damage was noticed"
    left = {path for path in set(Path(tempfile.gettempdir()).iterdir()) - before if path.is_dir()}
    assert not [path for path in left if (path / "drill").exists()]


@pytest.mark.req("R-CIM-13")
def test_a_policy_for_data_that_nobody_keeps_fails_its_test() -> None:
    config = a_policy({"relationship": "live", "data_class": "dreams"})
    case = next(c for c in cases.applicable("retention.policy") if c.key == "retention.candidates")

    shown = case.check(config)

    assert (shown.passed, shown.evidence) == (False, "no app keeps data of the class dreams")


def test_the_test_counts_what_would_go() -> None:
    version = a_retention_policy()
    a_closed_interaction(None, timezone.now() - timedelta(days=101), version)
    case = next(c for c in cases.applicable("retention.policy") if c.key == "retention.candidates")

    assert case.check(a_policy()).measured == {"interaction": 1}
