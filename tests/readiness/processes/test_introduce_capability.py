from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from readiness.models import (
    Acceptance,
    CapabilitySlot,
    CapabilityVersion,
    OrtResult,
    OrtRun,
    Stage,
    Waiver,
)
from readiness.processes.introduce_capability import (
    PlannedStage,
    advance_introduction,
    hold_capability,
    hold_unwaived,
    introduce_capability,
    resume_capability,
    roll_back_capability,
)
from readiness.processes.run_readiness_test import run_readiness_test
from readiness.registry.resolve import CapabilityOff, bucket, resolve
from tests.readiness.factories import (
    a_manager,
    a_managing_user,
    a_pilot,
    a_serving_version,
    a_version,
)

pytestmark = pytest.mark.django_db

State = CapabilityVersion.State
PILOT_PLAN = [PlannedStage(Decimal(10), 24), PlannedStage(Decimal(50)), PlannedStage(Decimal(100))]


def state_of(version: CapabilityVersion) -> str:
    version.refresh_from_db()
    return version.state


def share_served(slot: str, version: CapabilityVersion) -> int:
    return sum(resolve(slot, unit=str(unit)).version_id == version.pk for unit in range(400))


@pytest.mark.req("R-CSR-24")
def test_one_stage_of_everybody_replaces_the_former_version_at_once(toaster: str) -> None:
    former = a_serving_version(toaster)
    version = a_version(toaster, {"seconds": 70}, state=State.ACCEPTED)

    introduce_capability(version_id=version.pk, actor=a_manager())

    assert (state_of(version), state_of(former)) == (State.GENERAL_AVAILABILITY, State.SUPERSEDED)
    assert resolve(toaster).version_id == version.pk
    assert version.introduction.els_until == timezone.localdate() + timedelta(weeks=4)


@pytest.mark.req("R-CSR-24")
@pytest.mark.parametrize("state", [one for one in State.values if one != "accepted"])
def test_only_an_accepted_version_is_introduced(toaster: str, state: str) -> None:
    version = a_version(toaster, {"seconds": 70}, state=state)

    with pytest.raises(RuleBroken) as refused:
        introduce_capability(version_id=version.pk, actor=a_manager())

    assert refused.value.code == "not-accepted"


def test_introducing_needs_its_permission(toaster: str) -> None:
    version = a_version(toaster, {"seconds": 70}, state=State.ACCEPTED)

    with pytest.raises(PermissionDenied):
        introduce_capability(version_id=version.pk, actor=a_manager("draft_capability"))

    assert state_of(version) == State.ACCEPTED


@pytest.mark.req("R-CSR-24")
@pytest.mark.req("R-CSR-16")
def test_pilot_grows_stage_by_stage_and_keeps_who_is_in(toaster: str) -> None:
    a_serving_version(toaster)
    version = a_version(toaster, {"seconds": 70}, state=State.ACCEPTED)
    lead = a_manager()

    introduce_capability(version_id=version.pk, stages=PILOT_PLAN, actor=lead)
    first = {u for u in map(str, range(400)) if resolve(toaster, unit=u).version_id == version.pk}
    Stage.objects.filter(order=1).update(entered_at=timezone.now() - timedelta(hours=25))
    advance_introduction(version_id=version.pk, actor=lead)
    second = {u for u in map(str, range(400)) if resolve(toaster, unit=u).version_id == version.pk}

    assert first == {u for u in map(str, range(400)) if bucket(toaster, version.salt, u) < 1_000}
    assert first < second
    assert state_of(version) == State.PILOT

    advance_introduction(version_id=version.pk, actor=lead)
    assert state_of(version) == State.GENERAL_AVAILABILITY


def test_stage_lasts_as_long_as_planned(toaster: str) -> None:
    a_serving_version(toaster)
    version = a_version(toaster, {"seconds": 70}, state=State.ACCEPTED)
    introduce_capability(version_id=version.pk, stages=PILOT_PLAN, actor=a_manager())

    with pytest.raises(RuleBroken, match="kept until"):
        advance_introduction(version_id=version.pk, actor=a_manager())


def test_overdue_readiness_test_stops_the_introduction(toaster: str) -> None:
    version = a_pilot(toaster, {"seconds": 70}, percent=10)
    CapabilityVersion.objects.update(re_ort_due=timezone.localdate() - timedelta(days=31))

    with pytest.raises(RuleBroken, match="out of date"):
        advance_introduction(version_id=version.pk, actor=a_manager())


def test_open_condition_stops_the_step_to_everybody(toaster: str) -> None:
    version = a_version(toaster, {"seconds": 70}, state=State.ACCEPTED)
    acceptance = Acceptance.objects.create(
        version=version,
        fingerprint=version.fingerprint,
        role="operations",
        decision="conditional",
        by=a_managing_user(),
    )
    acceptance.conditions.create(text="Print the warning", due=date(2030, 1, 1))

    with pytest.raises(RuleBroken, match="Print the warning"):
        introduce_capability(version_id=version.pk, actor=a_manager())


@pytest.mark.req("R-CSR-24")
@pytest.mark.parametrize(
    ("_case", "shares", "code"),
    [
        ("no stage", [], "plan-incomplete"),
        ("never everybody", [10, 50], "plan-incomplete"),
        ("nobody first", [0, 100], "plan-incomplete"),
        ("a share that falls", [50, 10, 100], "share-falls"),
    ],
)
def test_plan_grows_to_everybody(toaster: str, _case: str, shares: list[int], code: str) -> None:
    version = a_version(toaster, {"seconds": 70}, state=State.ACCEPTED)

    with pytest.raises(RuleBroken) as refused:
        introduce_capability(
            version_id=version.pk,
            stages=[PlannedStage(Decimal(share)) for share in shares],
            actor=a_manager(),
        )

    assert refused.value.code == code


def test_what_acts_on_the_whole_has_no_pilot(toaster: str) -> None:
    version = a_version(toaster, {"seconds": 70}, state=State.ACCEPTED)
    CapabilitySlot.objects.update(unit="global")

    with pytest.raises(RuleBroken) as refused:
        introduce_capability(version_id=version.pk, stages=PILOT_PLAN, actor=a_manager())

    assert refused.value.code == "no-cohort"


def test_second_pilot_waits_for_the_first(toaster: str) -> None:
    a_pilot(toaster, {"seconds": 70}, percent=10)
    version = a_version(toaster, {"seconds": 80}, state=State.ACCEPTED)

    with pytest.raises(RuleBroken, match="in pilot"):
        introduce_capability(version_id=version.pk, stages=PILOT_PLAN, actor=a_manager())


@pytest.mark.req("R-CSR-24")
def test_holding_a_pilot_serves_nobody_with_it(toaster: str) -> None:
    a_serving_version(toaster)
    pilot = a_pilot(toaster, {"seconds": 70}, percent=50)
    assert share_served(toaster, pilot) > 100

    hold_capability(version_id=pilot.pk, reason="Smoke", actor=a_manager())

    assert share_served(toaster, pilot) == 0
    assert (state_of(pilot), pilot.state_note) == (State.SUSPENDED, "Smoke")


def test_holding_asks_why(toaster: str) -> None:
    version = a_serving_version(toaster)

    with pytest.raises(RuleBroken) as refused:
        hold_capability(version_id=version.pk, reason=" ", actor=a_manager())

    assert refused.value.field == "reason"


@pytest.mark.parametrize(("on_absence", "served"), [("off", None), ("previous", 1)])
def test_what_serves_after_a_hold_is_what_the_slot_says(
    toaster: str, on_absence: str, served: int | None
) -> None:
    a_serving_version(toaster)
    second = a_serving_version(toaster, {"seconds": 70})
    CapabilitySlot.objects.update(on_absence=on_absence)

    hold_capability(version_id=second.pk, reason="Smoke", actor=a_manager())

    if served is None:
        with pytest.raises(CapabilityOff):
            resolve(toaster)
    else:
        assert resolve(toaster).number == served


@pytest.mark.req("R-CSR-24")
def test_rolling_back_serves_the_former_version_again(toaster: str) -> None:
    first = a_serving_version(toaster)
    second = a_serving_version(toaster, {"seconds": 70})

    roll_back_capability(version_id=second.pk, reason="Smoke", actor=a_manager())

    assert (state_of(first), state_of(second)) == (State.GENERAL_AVAILABILITY, State.SUSPENDED)
    assert resolve(toaster).number == 1


def test_nothing_to_roll_back_to_is_said_and_changes_nothing(toaster: str) -> None:
    version = a_serving_version(toaster)

    with pytest.raises(RuleBroken) as refused:
        roll_back_capability(version_id=version.pk, reason="Smoke", actor=a_manager())

    assert refused.value.code == "nothing-before"
    assert state_of(version) == State.GENERAL_AVAILABILITY


def test_held_version_returns_only_after_a_new_test(toaster: str) -> None:
    version = a_serving_version(toaster)
    lead = a_manager()
    hold_capability(version_id=version.pk, reason="Smoke", actor=lead)

    with pytest.raises(RuleBroken) as refused:
        resume_capability(version_id=version.pk, reason="Fixed", actor=lead)
    run_readiness_test(version_id=version.pk, actor=lead)
    resume_capability(version_id=version.pk, reason="Fixed", actor=lead)

    assert refused.value.code == "test-again"
    assert resolve(toaster).version_id == version.pk


def test_waiver_that_runs_out_holds_what_leans_on_it(toaster: str) -> None:
    version = a_serving_version(toaster, {"seconds": 5})
    run = OrtRun.objects.create(
        version=version,
        fingerprint=version.fingerprint,
        verdict="failed",
        finished_at=timezone.now(),
    )
    result = OrtResult.objects.create(
        run=run, case="toaster.browns", title="It browns", category="systems", outcome="fail"
    )
    waiver = Waiver.objects.create(
        result=result,
        risk="Pale",
        control="Twice",
        approved_by=a_managing_user(),
        expires_at=timezone.now() + timedelta(days=1),
    )
    assert hold_unwaived(actor=SYSTEM) == 0

    Waiver.objects.filter(pk=waiver.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert hold_unwaived(actor=SYSTEM) == 1
    assert state_of(version) == State.SUSPENDED


def test_every_step_leaves_an_event_with_its_actor(toaster: str) -> None:
    lead = a_manager(name="siân")
    version = a_version(toaster, {"seconds": 70}, state=State.ACCEPTED)
    introduce_capability(version_id=version.pk, actor=lead)

    hold_capability(version_id=version.pk, reason="Smoke", actor=lead)

    events = OutboxEvent.objects.filter(name="capability.state_changed").order_by("id")
    assert [(e.payload["old"], e.payload["new"], e.actor_name) for e in events] == [
        ("accepted", "general_availability", "siân"),
        ("general_availability", "suspended", "siân"),
    ]


@pytest.mark.django_db(transaction=True)
def test_two_introductions_at_once_take_turns(toaster: str) -> None:
    a_serving_version(toaster)
    rivals = [a_version(toaster, {"seconds": 70 + n}, state=State.ACCEPTED) for n in range(3)]
    lead = a_manager()

    def introduce(version: CapabilityVersion) -> None:
        try:
            introduce_capability(version_id=version.pk, actor=lead)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(rivals)) as people:
        list(people.map(introduce, rivals))

    states = [state_of(version) for version in rivals]
    assert sorted(states) == [State.GENERAL_AVAILABILITY, State.SUPERSEDED, State.SUPERSEDED]
