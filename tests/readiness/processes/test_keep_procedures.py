"""Procedures: somebody else approves, the day decides, one wording is in effect."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from readiness.models import Procedure, ProcedureVersion
from readiness.processes.keep_procedures import (
    approve_procedure,
    begin_approved,
    draft_procedure,
    withdraw_procedure,
)
from tests.readiness.factories import a_manager

pytestmark = pytest.mark.django_db

WRITING, APPROVING = "draft_procedure", "approve_procedure"


def a_procedure(**fields: object) -> Procedure:
    given = {"key": "line-drops", "title": "Line drops", "process": "1.3.5.2"}
    return Procedure.objects.create(**{**given, "verticals": ["assurance"], **fields})


def a_draft(procedure: Procedure, body: str = "Ask.\nTest.") -> ProcedureVersion:
    return draft_procedure(
        procedure_id=procedure.pk, body=body, change_note="", actor=a_manager(WRITING)
    )


@pytest.mark.req("R-CSR-21")
def test_approved_for_today_is_in_effect_and_reviewed_in_a_year() -> None:
    version = approve_procedure(version_id=a_draft(a_procedure()).pk, actor=a_manager(APPROVING))

    version.refresh_from_db()
    assert (version.state, version.steps) == ("effective", ["Ask.", "Test."])
    assert version.review_due == timezone.localdate() + timedelta(days=365)
    assert set(version.procedure.words) == {"line", "drops", "ask", "test"}


@pytest.mark.req("R-CSR-22")
def test_next_wording_supersedes_the_one_before_on_its_day() -> None:
    procedure = a_procedure()
    first = approve_procedure(version_id=a_draft(procedure).pk, actor=SYSTEM)
    tomorrow = timezone.localdate() + timedelta(days=1)
    second = a_draft(procedure, "Ask kindly.")
    approve_procedure(version_id=second.pk, effective_from=tomorrow, actor=a_manager(APPROVING))
    assert begin_approved() == 0
    assert procedure.versions.effective().get() == first

    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert begin_approved() == 1
        assert begin_approved() == 0

    first.refresh_from_db()
    assert first.state == "superseded"
    assert procedure.versions.effective().get() == second


def test_author_does_not_approve_their_own() -> None:
    author = a_manager(WRITING, APPROVING)
    version = draft_procedure(
        procedure_id=a_procedure().pk, body="Ask.", change_note="", actor=author
    )

    with pytest.raises(RuleBroken, match="somebody else"):
        approve_procedure(version_id=version.pk, actor=author)

    version.refresh_from_db()
    assert version.state == "draft"


def test_permission_is_asked() -> None:
    procedure = a_procedure()
    with pytest.raises(PermissionDenied):
        draft_procedure(procedure_id=procedure.pk, body="x", change_note="", actor=a_manager("x"))
    version = a_draft(procedure)
    with pytest.raises(PermissionDenied):
        approve_procedure(version_id=version.pk, actor=a_manager(WRITING))


def test_approved_wording_stands_whoever_writes_to_the_table() -> None:
    version = approve_procedure(version_id=a_draft(a_procedure()).pk, actor=SYSTEM)

    with pytest.raises(DatabaseError), transaction.atomic():
        ProcedureVersion.objects.filter(pk=version.pk).update(body="Something else.")


def test_withdrawn_is_in_effect_no_more() -> None:
    version = approve_procedure(version_id=a_draft(a_procedure()).pk, actor=SYSTEM)

    withdraw_procedure(version_id=version.pk, actor=a_manager(APPROVING))

    assert version.procedure.versions.effective().exists() is False


def test_day_in_the_past_is_today() -> None:
    version = approve_procedure(
        version_id=a_draft(a_procedure()).pk, effective_from=date(2020, 1, 1), actor=SYSTEM
    )

    assert version.effective_from == timezone.localdate()
