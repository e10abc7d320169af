from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.access import Actor, actor_for
from crm.accounts.models import User
from crm.errors import RuleBroken
from readiness.models import Acceptance, CapabilitySlot, CapabilityVersion
from readiness.processes.accept_capability import (
    Condition,
    accept_baseline,
    accept_capability,
    close_condition,
    waive_result,
)
from readiness.processes.run_readiness_test import run_readiness_test
from tests.readiness.factories import a_manager, a_version

pytestmark = pytest.mark.django_db

State = CapabilityVersion.State


def a_tested_version(
    slot: str, seconds: int = 90, *, author: Actor | None = None
) -> CapabilityVersion:
    author = author or a_manager()
    version = a_version(slot, {"seconds": seconds}, author_id=author.pk)
    run_readiness_test(version_id=version.pk, actor=author)
    return version


def refusal(version: CapabilityVersion, actor: Actor, **fields: object) -> str:
    with pytest.raises(RuleBroken) as refused:
        accept_capability(
            version_id=version.pk,
            **{"role": "operations", "actor": actor, **fields},  # type: ignore[arg-type]  # shorthand
        )
    assert not Acceptance.objects.exists()
    return refused.value.code


@pytest.mark.req("R-CSR-20")
@pytest.mark.req("R-CSR-23")
def test_another_person_accepts_what_was_tested(toaster: str) -> None:
    version = a_tested_version(toaster)

    acceptance = accept_capability(version_id=version.pk, role="operations", actor=a_manager())

    version.refresh_from_db()
    assert (version.state, acceptance.fingerprint) == (State.ACCEPTED, version.fingerprint)
    assert version.re_ort_due == timezone.localdate() + timedelta(days=365)


@pytest.mark.req("R-CSR-20")
def test_author_never_accepts(toaster: str) -> None:
    author = a_manager()

    assert refusal(a_tested_version(toaster, author=author), author) == "author-accepts"


@pytest.mark.req("R-CSR-20")
def test_superuser_has_no_bypass(toaster: str) -> None:
    root = User.objects.create_superuser("root", password="let-me-in")
    author = actor_for(root)

    assert refusal(a_tested_version(toaster, author=author), author) == "author-accepts"
    assert refusal(a_version(toaster, {"seconds": 90}, state=State.IN_TEST), author) == "not-tested"
    assert refusal(a_tested_version(toaster, 5), author) == "tests-open"


def test_results_of_another_fingerprint_do_not_count(toaster: str) -> None:
    version = a_tested_version(toaster)
    version.runs.update(fingerprint="0" * 64)

    assert refusal(version, a_manager()) == "not-tested"


def test_only_the_latest_run_counts(toaster: str) -> None:
    version = a_tested_version(toaster, 5)
    version.runs.create(
        fingerprint=version.fingerprint, verdict="passed", finished_at=timezone.now()
    )

    accept_capability(version_id=version.pk, role="operations", actor=a_manager())

    version.refresh_from_db()
    assert version.state == State.ACCEPTED


@pytest.mark.parametrize("state", ["draft", "accepted", "general_availability", "withdrawn"])
def test_accepted_only_while_in_test(toaster: str, state: str) -> None:
    assert refusal(a_version(toaster, state=state), a_manager()) == "not-in-test"


def test_every_role_concerned_must_sign(toaster: str) -> None:
    version = a_tested_version(toaster)
    CapabilitySlot.objects.update(personal_data=True, billing=True)

    for role, state in [
        ("operations", State.IN_TEST),
        ("data_protection", State.IN_TEST),
        ("billing", State.ACCEPTED),
    ]:
        accept_capability(version_id=version.pk, role=role, actor=a_manager())
        version.refresh_from_db()
        assert version.state == state


def test_role_that_is_not_concerned_is_not_asked(toaster: str) -> None:
    assert refusal(a_tested_version(toaster), a_manager(), role="billing") == "role-not-asked"


def test_signing_needs_the_permission_of_that_role(toaster: str) -> None:
    version = a_tested_version(toaster)

    with pytest.raises(PermissionDenied):
        accept_capability(
            version_id=version.pk, role="operations", actor=a_manager("accept_for_billing")
        )


def test_signing_twice_is_signing_once(toaster: str) -> None:
    version = a_tested_version(toaster)
    CapabilitySlot.objects.update(personal_data=True)

    for _ in range(2):
        accept_capability(version_id=version.pk, role="operations", actor=a_manager())

    assert Acceptance.objects.count() == 1


def test_rejection_sends_back_and_asks_why(toaster: str) -> None:
    version = a_tested_version(toaster)

    assert refusal(version, a_manager(), decision="reject") == "reason-missing"
    accept_capability(
        version_id=version.pk, role="operations", decision="reject", note="Burns", actor=a_manager()
    )

    version.refresh_from_db()
    assert (version.state, version.state_note) == (State.DRAFT, "Burns")


def test_condition_is_dated_and_can_be_closed(toaster: str) -> None:
    version = a_tested_version(toaster)
    lead = a_manager()

    assert refusal(version, lead, decision="conditional") == "condition-missing"
    acceptance = accept_capability(
        version_id=version.pk,
        role="operations",
        decision="conditional",
        conditions=[Condition("Print the warning", date(2030, 1, 1))],
        actor=lead,
    )
    condition = acceptance.conditions.get()

    assert close_condition(condition_id=condition.pk, actor=lead).closed_at is not None


def test_waiver_lets_a_failed_case_pass_until_its_date(toaster: str) -> None:
    version = a_tested_version(toaster, 5)
    result = version.runs.get().unmet().get()
    lead = a_manager()

    waive_result(
        result_id=result.pk,
        risk="Pale toast",
        control="Toast twice",
        expires_at=timezone.now() + timedelta(days=7),
        actor=lead,
    )
    accept_capability(version_id=version.pk, role="operations", actor=lead)

    version.refresh_from_db()
    assert version.state == State.ACCEPTED


@pytest.mark.parametrize(
    ("_case", "code", "changes"),
    [
        ("no risk named", "waiver-incomplete", {"risk": " "}),
        ("nothing compensates", "waiver-incomplete", {"control": ""}),
        ("over already", "waiver-over", {"expires_at": timezone.now() - timedelta(days=1)}),
    ],
)
def test_waiver_is_complete_or_refused(
    toaster: str, _case: str, code: str, changes: dict[str, object]
) -> None:
    result = a_tested_version(toaster, 5).runs.get().unmet().get()
    asked = {
        "risk": "Pale",
        "control": "Twice",
        "expires_at": timezone.now() + timedelta(days=1),
        **changes,
    }

    with pytest.raises(RuleBroken) as refused:
        waive_result(result_id=result.pk, actor=a_manager(), **asked)  # type: ignore[arg-type]  # shorthand

    assert refused.value.code == code


def test_author_cannot_waive(toaster: str) -> None:
    author = a_manager()
    result = a_tested_version(toaster, 5, author=author).runs.get().unmet().get()

    with pytest.raises(RuleBroken, match="author"):
        waive_result(
            result_id=result.pk,
            risk="x",
            control="y",
            expires_at=timezone.now() + timedelta(days=1),
            actor=author,
        )


def test_installation_signs_only_version_one_as_shipped(toaster: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        accept_baseline(version_id=a_tested_version(toaster).pk)

    assert refused.value.code == "no-baseline"
