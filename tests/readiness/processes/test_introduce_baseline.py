from collections.abc import Mapping
from typing import Any

import pytest

from crm.events.models import OutboxEvent
from crm.starter import steps
from readiness.models import Acceptance, CapabilityVersion, OrtResult
from readiness.processes.introduce_baseline import introduce_baselines, off_now
from readiness.registry import cases, slots
from readiness.registry.cases import Case, Shown
from readiness.registry.resolve import CapabilityOff, resolve
from tests.readiness.factories import a_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_registry")]

State = CapabilityVersion.State


@pytest.fixture(autouse=True)
def _only_one_slot(own_registry: None) -> None:
    slots._declared.clear()
    cases._declared.clear()
    slots.declare(slots.Slot(key="toaster.policy", title="Toaster", baseline={"seconds": 90}))


def a_case(check: object, **fields: object) -> None:
    cases.declare(
        Case(
            **{
                "key": "toaster.browns",
                "title": "It browns",
                "slots": ("toaster.",),
                "category": "systems",
                "check": check,
                **fields,
            }  # type: ignore[arg-type]  # a test's shorthand
        )
    )


@pytest.mark.req("R-CSR-19")
@pytest.mark.req("R-CSR-20")
def test_baseline_serves_after_its_cases_really_ran() -> None:
    seen: list[int] = []

    def browns(config: Mapping[str, Any]) -> Shown:
        seen.append(config["seconds"])
        return Shown(True, "brown")

    a_case(browns)

    installed = introduce_baselines()

    assert (installed.introduced, installed.off, seen) == (1, {}, [90])
    assert resolve("toaster.policy").config == {"seconds": 90}
    assert Acceptance.objects.get().role == "installation"
    assert set(OrtResult.objects.values_list("case", "outcome")) == {
        ("configuration", "pass"),
        ("toaster.browns", "pass"),
    }
    assert list(
        OutboxEvent.objects.filter(name="capability.state_changed").values_list(
            "payload__new", flat=True
        )
    ) == ["in_test", "accepted", "general_availability"]


def test_failed_case_leaves_the_slot_off_and_says_why() -> None:
    a_case(lambda config: Shown(False, "still white"))

    installed = introduce_baselines()

    assert installed.off == {"toaster.policy": "Not passed and not waived: It browns."}
    assert [slot.key for slot in off_now()] == ["toaster.policy"]
    with pytest.raises(CapabilityOff):
        resolve("toaster.policy")


def test_case_that_breaks_is_a_finding_and_the_others_go_on() -> None:
    a_case(lambda config: 1 / 0)
    slots.declare(slots.Slot(key="kettle.policy", title="Kettle", baseline={"litres": 1}))

    installed = introduce_baselines()

    assert installed.introduced == 1
    assert OrtResult.objects.get(case="toaster.browns").evidence == (
        "ZeroDivisionError: division by zero"
    )


def test_next_start_tries_again_what_failed() -> None:
    works: list[bool] = []
    a_case(lambda config: Shown(bool(works), "as it is"))
    introduce_baselines()

    works.append(True)
    installed = introduce_baselines()

    assert installed.introduced == 1
    assert introduce_baselines().introduced == 0
    assert resolve("toaster.policy").number == 1


def test_a_slot_somebody_decided_about_is_left_alone() -> None:
    a_version("toaster.policy", {"seconds": 10}, state=State.SUSPENDED)

    assert introduce_baselines().introduced == 0


def test_what_a_case_writes_is_rolled_back() -> None:
    def writes(config: object) -> Shown:
        a_version("toaster.policy", {"seconds": 1})
        return Shown(True, "written")

    a_case(writes)

    introduce_baselines()

    assert CapabilityVersion.objects.count() == 1


def test_starter_set_names_what_stays_off() -> None:
    a_case(lambda config: Shown(False, "still white"))
    step = next(step for step in steps() if step.title == "capabilities")

    assert "OFF toaster.policy" in step.run()
