from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.access import SYSTEM
from readiness.models import (
    Acceptance,
    CapabilityVersion,
    OrtResult,
    OrtRun,
    Procedure,
    Waiver,
)
from readiness.processes.introduce_capability import hold_capability
from readiness.processes.keep_procedures import (
    approve_procedure,
    draft_procedure,
    withdraw_procedure,
)
from readiness.processes.monitor_processes import (
    board,
    column_of,
    conditions,
    count_of_stopped,
    supporting,
)
from readiness.registry import measures, slots, supports
from readiness.registry.supports import Stand, Support
from tests.readiness.factories import (
    a_manager,
    a_managing_user,
    a_pilot,
    a_serving_version,
    a_slot,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _alone(toaster: str) -> None:
    only = slots.named(toaster)
    slots._declared.clear()
    slots._declared[toaster] = only
    measures._declared.clear()
    supports._declared.clear()


def standing() -> tuple[str, str]:
    (condition,) = conditions()
    return condition.state, condition.why


@pytest.mark.req("R-CSR-1")
@pytest.mark.req("R-CSR-9")
def test_taking_a_capability_away_turns_its_cell_red(toaster: str) -> None:
    version = a_serving_version(toaster)
    assert standing() == ("g", "")

    hold_capability(version_id=version.pk, reason="Smoke", actor=a_manager())

    assert standing() == ("x", "held")
    assert conditions()[0].sentence == "Smoke"
    assert count_of_stopped() == 1


def test_slot_without_a_version_is_off(toaster: str) -> None:
    a_slot(toaster)

    assert standing() == ("x", "off")


def test_pilot_is_watched_with_its_share(toaster: str) -> None:
    a_serving_version(toaster)
    a_pilot(toaster, {"seconds": 70}, percent=12.5)

    assert standing() == ("a", "pilot 12.5%")


def test_overdue_test_is_watched(toaster: str) -> None:
    a_serving_version(toaster)
    CapabilityVersion.objects.update(re_ort_due=timezone.localdate() - timedelta(days=1))

    assert standing() == ("a", "test due")


def test_version_of_other_code_is_watched(toaster: str) -> None:
    a_serving_version(toaster)
    slots._declared[toaster] = replace(slots.named(toaster), code_ref="toaster/2")

    assert standing() == ("a", "code changed")


def test_open_condition_is_watched(toaster: str) -> None:
    version = a_serving_version(toaster)
    acceptance = Acceptance.objects.create(
        version=version, fingerprint=version.fingerprint, role="operations",
        decision="conditional", by=a_managing_user(),
    )  # fmt: skip
    acceptance.conditions.create(text="Print the warning", due=date(2030, 1, 2))

    assert standing() == ("a", "owed")
    assert conditions()[0].sentence == "Owed by 2 Jan: Print the warning"


def test_waiver_in_force_is_watched(toaster: str) -> None:
    version = a_serving_version(toaster)
    run = OrtRun.objects.create(version=version, fingerprint=version.fingerprint)
    result = OrtResult.objects.create(
        run=run, case="c", title="It browns", category="systems", outcome="fail"
    )
    Waiver.objects.create(
        result=result, risk="Pale", control="Twice", approved_by=a_managing_user(),
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip

    assert standing() == ("a", "owed")


def test_cell_shows_the_worst_of_what_it_holds(toaster: str) -> None:
    a_serving_version(toaster)
    slots.declare(replace(slots.named(toaster), key="toaster.second"))
    a_slot("toaster.second")

    (line,) = board(actor=a_manager()).lines
    cell = next(cell for cell in line.cells if cell.column == "policies")

    assert (cell.state, cell.why, cell.slot_key) == ("x", "off", "toaster.second")


@pytest.mark.req("R-CSR-25")
def test_measure_somebody_declares_appears_on_the_board() -> None:
    measures.declare(
        measures.Measure(
            key="toast", title="Toasts", definition="All toasts", sql="x", better="up",
            processes=("1.3.5.7",),
        )
    )  # fmt: skip

    line = next(line for line in board(actor=a_manager()).lines if line.number == "1.3.5.7")

    assert [cell.column for cell in line.cells if cell.state] == ["metrics"]


def test_procedures_are_judged_by_what_is_in_effect_and_its_review(toaster: str) -> None:
    process = slots.named(toaster).processes[0]
    procedure = Procedure.objects.create(
        key="toast", title="Toast", process=process, verticals=["assurance"]
    )
    version = draft_procedure(
        procedure_id=procedure.pk, body="Toast.", change_note="", actor=SYSTEM
    )
    a_serving_version(toaster)
    assert procedures_of(process) == ("a", "not in effect")

    approve_procedure(version_id=version.pk, actor=SYSTEM)
    assert procedures_of(process) == ("g", "")

    with time_machine.travel(timezone.now() + timedelta(days=400)):
        assert procedures_of(process) == ("a", "review due")


def test_procedure_taken_out_of_use_is_asked_for_no_longer(toaster: str) -> None:
    process = slots.named(toaster).processes[0]
    a_serving_version(toaster)
    for key in ("toast", "crumbs"):
        about = {"title": key, "process": process, "verticals": ["assurance"]}
        procedure = Procedure.objects.create(key=key, **about)
        version = draft_procedure(procedure_id=procedure.pk, body=".", change_note="", actor=SYSTEM)
        approve_procedure(version_id=version.pk, actor=SYSTEM)

    withdraw_procedure(version_id=version.pk, actor=SYSTEM)

    assert procedures_of(process) == ("g", "")


def procedures_of(process: str) -> tuple[str, str]:
    (line,) = board(actor=a_manager()).lines
    assert line.number == process
    cell = next(cell for cell in line.cells if cell.column == "procedures")
    return cell.state, cell.why


@pytest.mark.req("R-CSR-1")
@pytest.mark.req("R-CSR-25")
@pytest.mark.parametrize(
    ("stand", "state", "why"),
    [
        (Stand("Two can."), "g", ""),
        (Stand("One can.", "one person"), "a", "one person"),
        (Stand("Nobody can.", "nobody", stops=True), "x", "nobody"),
    ],
)
def test_people_stand_on_the_board_as_their_app_judges_them(
    toaster: str, stand: Stand, state: str, why: str
) -> None:
    process = slots.named(toaster).processes[0]
    supports.declare(Support("people", "People", supports.SKILLS, (process,), lambda: stand))

    found = board(actor=a_manager())

    (line,) = found.lines
    cell = next(cell for cell in line.cells if cell.column == "skills")
    assert (cell.state, cell.why, cell.slot_key) == (state, why, "")
    assert [one.stand for one in found.supports(state)] == [stand]
    assert [one.support.key for one in supporting(process)] == ["people"]
    assert supporting("1.3.5.7") == []


@pytest.mark.parametrize(
    ("key", "column"),
    [
        ("channel.email", "systems"),
        ("sla.policy", "policies"),
        ("insight.usage", "information"),
        ("notify.template_set", "scripts"),
        ("archive.store", "systems"),
    ],
)
def test_each_kind_of_slot_has_its_column(key: str, column: str) -> None:
    assert column_of(key) == column


def test_board_is_for_those_who_may_look() -> None:
    with pytest.raises(PermissionDenied):
        board(actor=a_manager("accept_for_billing"))
