"""Accept a Capability: the roles concerned sign for exactly what was tested, or send it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import SYSTEM, Actor, require
from crm.errors import RuleBroken
from readiness.models import Acceptance, AcceptanceCondition, CapabilityVersion, OrtResult, OrtRun
from readiness.models import Waiver as WaiverRow
from readiness.processes.change_state import change_state

ETOM = "1.3.1"

State = CapabilityVersion.State
Decision = Acceptance.Decision
Role = Acceptance.Role
TEST_AGAIN_AFTER = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Condition:
    """Something still owed at acceptance, and by when."""

    text: str
    due: date


def required_roles(version: CapabilityVersion) -> tuple[str, ...]:
    """Who must sign: operations always, and whoever answers for what the slot touches."""
    roles = [Role.OPERATIONS.value]
    if version.slot.personal_data:
        roles.append(Role.DATA_PROTECTION.value)
    if version.slot.billing:
        roles.append(Role.BILLING.value)
    return tuple(roles)


def still_to_sign(version: CapabilityVersion) -> list[str]:
    """The roles that have not signed exactly what the version is now."""
    signed = {
        one.role
        for one in version.acceptances.all()
        if one.fingerprint == version.fingerprint and one.decision != Acceptance.Decision.REJECT
    }
    return [role for role in required_roles(version) if role not in signed]


@transaction.atomic
def accept_capability(
    *,
    version_id: int,
    role: str,
    decision: str = Decision.ACCEPT,
    note: str = "",
    conditions: Sequence[Condition] = (),
    actor: Actor,
) -> Acceptance:
    """Sign for one role; the last role needed makes the version accepted, a rejection a draft."""
    version = CapabilityVersion.objects.lock(version_id)
    _may_sign(version, role, actor)
    if decision == Decision.CONDITIONAL and not conditions:
        raise RuleBroken(
            "condition-missing",
            _("Name the condition and its date."),
            field="conditions",
            kind="invalid",
        )
    signed = _signatures(version).filter(role=role).first()
    if signed:
        return signed
    if decision == Decision.REJECT:
        _reason_given(note)
    else:
        _tested(version)
    acceptance = Acceptance.objects.create(
        version=version,
        fingerprint=version.fingerprint,
        role=role,
        decision=decision,
        by_id=actor.pk,
        note=note,
    )
    AcceptanceCondition.objects.bulk_create(
        AcceptanceCondition(acceptance=acceptance, text=one.text, due=one.due) for one in conditions
    )
    _settle(version, decision, note, actor)
    return acceptance


@transaction.atomic
def accept_baseline(*, version_id: int) -> Acceptance:
    """Installation accepts version 1 as shipped, once its own readiness test has passed."""
    version = CapabilityVersion.objects.lock(version_id)
    if version.number != 1 or version.author_id is not None:
        raise RuleBroken("no-baseline", _("Only version 1 as shipped is accepted by installation."))
    if version.state != State.IN_TEST:
        raise RuleBroken("not-in-test", _("Version 1 is not in test."))
    _tested(version)
    acceptance = Acceptance.objects.create(
        version=version,
        fingerprint=version.fingerprint,
        role=Role.INSTALLATION,
        decision=Decision.ACCEPT,
    )
    _become_accepted(version, SYSTEM)
    return acceptance


@transaction.atomic
def waive_result(
    *, result_id: int, risk: str, control: str, expires_at: datetime, actor: Actor
) -> WaiverRow:
    """Live with a case that did not pass, until a date and with something that compensates."""
    require(actor, "readiness.accept_for_operations")
    result = OrtResult.objects.select_related("run__version").get(pk=result_id)
    if actor.pk is None or result.run.version.author_id == actor.pk:
        raise RuleBroken("author-waives", _("The author of a version can't waive its tests."))
    if result.outcome == OrtResult.Outcome.PASS:
        raise RuleBroken("nothing-to-waive", _("This case passed."))
    for field, text in (("risk", risk), ("control", control)):
        if not text.strip():
            raise RuleBroken(
                "waiver-incomplete",
                _("Say the risk and what compensates."),
                field=field,
                kind="invalid",
            )
    if expires_at <= timezone.now():
        raise RuleBroken(
            "waiver-over",
            _("The waiver must end in the future."),
            field="expires_at",
            kind="invalid",
        )
    waiver, _created = WaiverRow.objects.update_or_create(
        result=result,
        defaults={
            "risk": risk,
            "control": control,
            "expires_at": expires_at,
            "approved_by_id": actor.pk,
        },
    )
    return waiver


@transaction.atomic
def close_condition(*, condition_id: int, actor: Actor) -> AcceptanceCondition:
    """Say that a condition of an acceptance is met."""
    condition = AcceptanceCondition.objects.select_related("acceptance").get(pk=condition_id)
    require(actor, f"readiness.accept_for_{condition.acceptance.role}")
    if condition.closed_at is None:
        condition.closed_at = timezone.now()
        condition.save(update_fields=["closed_at"])
    return condition


def _may_sign(version: CapabilityVersion, role: str, actor: Actor) -> None:
    if role not in required_roles(version):
        raise RuleBroken(
            "role-not-asked",
            _("This version needs no signature of that role."),
            field="role",
            kind="invalid",
        )
    require(actor, f"readiness.accept_for_{role}")
    if actor.pk is None or actor.pk == version.author_id:
        raise RuleBroken(
            "author-accepts", _("Whoever drafted a version can't accept it. Ask another person.")
        )
    if version.state != State.IN_TEST:
        raise RuleBroken(
            "not-in-test",
            _("Version %(n)d is %(state)s; it is accepted while it is in test.")
            % {"n": version.number, "state": State(version.state).label.lower()},
        )


def _reason_given(note: str) -> None:
    if not note.strip():
        raise RuleBroken(
            "reason-missing", _("Say why it is sent back."), field="note", kind="invalid"
        )


def _tested(version: CapabilityVersion) -> None:
    """The latest test on exactly this fingerprint is finished, and nothing blocking is open."""
    run = OrtRun.objects.latest_of(version)
    if run is None or run.finished_at is None:
        raise RuleBroken("not-tested", _("Run the readiness test first, and let it finish."))
    open_cases = list(run.unmet().values_list("title", flat=True))
    if open_cases:
        raise RuleBroken(
            "tests-open",
            _("Not passed and not waived: %(cases)s.") % {"cases": "; ".join(open_cases)},
            details={"cases": open_cases},
        )


def _signatures(version: CapabilityVersion) -> models.QuerySet[Acceptance]:
    return Acceptance.objects.filter(
        version=version,
        fingerprint=version.fingerprint,
        decision__in=[Decision.ACCEPT, Decision.CONDITIONAL],
    )


def _settle(version: CapabilityVersion, decision: str, note: str, actor: Actor) -> None:
    if decision == Decision.REJECT:
        change_state(version, State.DRAFT, note=note, actor=actor)
    elif set(required_roles(version)) <= set(_signatures(version).values_list("role", flat=True)):
        _become_accepted(version, actor)


def _become_accepted(version: CapabilityVersion, actor: Actor) -> None:
    version.re_ort_due = timezone.localdate() + TEST_AGAIN_AFTER
    version.save(update_fields=["re_ort_due"])
    change_state(version, State.ACCEPTED, actor=actor)
