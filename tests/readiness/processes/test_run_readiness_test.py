from collections.abc import Mapping
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from crm.errors import RuleBroken
from readiness.models import CapabilityVersion, OrtResult, OrtRun
from readiness.processes.run_readiness_test import (
    run_cases,
    run_readiness_test,
    start_readiness_test,
)
from readiness.registry import cases
from readiness.registry.cases import Case, Shown
from readiness.registry.resolve import CapabilityOff, forget_snapshot, resolve
from tests.readiness.factories import a_manager, a_serving_version, a_version

pytestmark = pytest.mark.django_db

State = CapabilityVersion.State


@pytest.mark.req("R-CSR-19")
def test_run_keeps_evidence_of_every_case_that_applies(toaster: str) -> None:
    version = a_version(toaster, {"seconds": 90})

    run = run_readiness_test(version_id=version.pk, actor=a_manager())

    assert (run.verdict, run.fingerprint) == ("passed", version.fingerprint)
    assert list(run.results.order_by("case").values_list("case", "outcome", "evidence")) == [
        ("configuration", "pass", "1 settings, fingerprint as drafted."),
        ("toaster.browns", "pass", "90 s"),
    ]
    version.refresh_from_db()
    assert version.state == State.IN_TEST


def test_one_blocking_case_fails_the_run(toaster: str) -> None:
    version = a_version(toaster, {"seconds": 5})

    run = run_readiness_test(version_id=version.pk, actor=a_manager())

    assert run.verdict == "failed"
    assert run.unmet().get().measured == {"seconds": 5}


def test_configuration_that_lost_its_shape_is_a_finding(toaster: str) -> None:
    version = a_version(toaster, {"seconds": "ninety"})

    run = run_readiness_test(version_id=version.pk, actor=a_manager())

    assert set(run.results.values_list("outcome", flat=True)) == {"blocked"}


def test_version_whose_code_changed_since_does_not_pass(toaster: str) -> None:
    version = a_version(toaster, {"seconds": 90}, fingerprint="f" * 64)

    run = run_readiness_test(version_id=version.pk, actor=a_manager())

    assert run.results.get(case="configuration").outcome == OrtResult.Outcome.FAIL


def test_an_interrupted_run_goes_on_where_it_stopped(toaster: str) -> None:
    version = a_version(toaster, {"seconds": 90})
    run = start_readiness_test(version_id=version.pk, actor=a_manager())
    OrtResult.objects.create(
        run=run, case="toaster.browns", title="It browns", category="systems", outcome="pass"
    )

    for _ in range(2):
        run_cases(run_id=run.pk)

    assert run.results.count() == 2
    assert OrtRun.objects.get().verdict == "passed"


@pytest.mark.parametrize("state", ["accepted", "superseded", "withdrawn", "retired"])
def test_what_can_no_longer_change_is_not_tested(toaster: str, state: str) -> None:
    version = a_version(toaster, {"seconds": 90}, state=state)

    with pytest.raises(RuleBroken) as refused:
        run_readiness_test(version_id=version.pk, actor=a_manager())

    assert refused.value.code == "nothing-to-test"


def test_stranger_to_testing_starts_no_run(toaster: str) -> None:
    version = a_version(toaster, {"seconds": 90})

    with pytest.raises(PermissionDenied):
        run_readiness_test(version_id=version.pk, actor=a_manager("view_capabilityversion"))

    assert OrtRun.objects.exists() is False


def test_what_a_case_saw_of_its_own_changes_is_forgotten(toaster: str) -> None:
    serving = a_serving_version(toaster)

    def switches_off(config: Mapping[str, Any]) -> Shown:
        CapabilityVersion.objects.filter(pk=serving.pk).update(state=State.SUSPENDED)
        forget_snapshot()
        with pytest.raises(CapabilityOff):
            resolve(toaster)
        return Shown(True, "off")

    cases.declare(
        Case(
            key="toaster.off",
            title="Off",
            slots=("toaster.",),
            category="rollback",
            check=switches_off,
        )
    )
    draft = a_version(toaster, {"seconds": 80})

    run = run_readiness_test(version_id=draft.pk, actor=a_manager())

    assert run.verdict == "passed"
    assert resolve(toaster).version_id == serving.pk
