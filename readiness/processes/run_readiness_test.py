"""Conduct Operations Readiness Testing: run every case that applies, and keep what it showed."""

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from readiness.models import CapabilityVersion, OrtResult, OrtRun, fingerprint_of
from readiness.processes.change_state import change_state
from readiness.registry import cases, slots
from readiness.registry.cases import Case, Shown
from readiness.registry.resolve import forget_snapshot

ETOM = "1.3.1"

State = CapabilityVersion.State
Outcome = OrtResult.Outcome
_TESTABLE = (State.DRAFT, State.IN_TEST, State.PILOT, State.GENERAL_AVAILABILITY, State.SUSPENDED)


def run_readiness_test(*, version_id: int, actor: Actor) -> OrtRun:
    """Run the whole plan of a version and judge it; a draft goes into test."""
    run = start_readiness_test(version_id=version_id, actor=actor)
    run_cases(run_id=run.pk)
    run.refresh_from_db()
    return run


@transaction.atomic
def start_readiness_test(*, version_id: int, actor: Actor) -> OrtRun:
    """Open a run on what the version is now; the cases follow one by one."""
    require(actor, "readiness.run_readiness_test")
    version = CapabilityVersion.objects.lock(version_id)
    if version.state not in _TESTABLE:
        raise RuleBroken(
            "nothing-to-test",
            _("Version %(n)d is %(state)s; only a version that may still serve is tested.")
            % {"n": version.number, "state": State(version.state).label.lower()},
        )
    if version.state == State.DRAFT:
        change_state(version, State.IN_TEST, actor=actor)
    return OrtRun.objects.create(
        version=version, fingerprint=version.fingerprint, started_by_id=actor.pk
    )


def plan(version: CapabilityVersion) -> tuple[Case, ...]:
    """Every case the version must run; the first holds for every slot, none can be left out."""
    own = Case(
        key="configuration",
        title=_("The configuration is complete and is the one that was drafted"),
        slots=(version.slot.key,),
        category="systems",
        check=partial(_configuration_works, version),
    )
    return (own, *cases.applicable(version.slot.key))


def _configuration_works(version: CapabilityVersion, config: Mapping[str, Any]) -> Shown:
    slot = slots.named(version.slot.key)
    if slot.check_config is not None:
        slot.check_config(config)
    if version.fingerprint != fingerprint_of(config, slot.code_ref):
        return Shown(False, _("The code or the configuration is not what was drafted."))
    return Shown(True, _("%(n)d settings, fingerprint as drafted.") % {"n": len(config)})


def run_cases(*, run_id: int) -> None:
    """Run what is left of a run, each case committed by itself so that progress shows.

    Safe to call twice: a case has one result in a run.
    """
    run = OrtRun.objects.select_related("version__slot").get(pk=run_id)
    if run.finished_at:
        return
    done = set(run.results.values_list("case", flat=True))
    for case in plan(run.version):
        if case.key not in done:
            _run_case(run, case)
    _judge(run)


def _run_case(run: OrtRun, case: Case) -> None:
    began = time.monotonic()
    outcome, shown = _show(case, run.version)
    OrtResult.objects.get_or_create(
        run=run,
        case=case.key,
        defaults={
            "title": case.title,
            "category": case.category,
            "blocking": case.blocking,
            "outcome": outcome,
            "evidence": shown.evidence,
            "measured": dict(shown.measured),
            "seconds": round(time.monotonic() - began, 3),
        },
    )


def _show(case: Case, version: CapabilityVersion) -> tuple[str, Shown]:
    """What the case shows; whatever it wrote is rolled back, whatever it raises is a result."""
    try:
        with transaction.atomic():
            shown = case.check(version.config)
            transaction.set_rollback(True)
    except Exception as problem:  # a case that breaks is a finding, not a crash
        return Outcome.BLOCKED, Shown(False, f"{type(problem).__name__}: {problem}"[:2000])
    finally:
        # A case may have looked at versions it changed itself; those changes are gone now.
        forget_snapshot()
    return (Outcome.PASS if shown.passed else Outcome.FAIL), shown


@transaction.atomic
def _judge(run: OrtRun) -> None:
    run.refresh_from_db()
    run.verdict = OrtRun.Verdict.FAILED if run.unmet().exists() else OrtRun.Verdict.PASSED
    run.finished_at = timezone.now()
    run.save(update_fields=["verdict", "finished_at"])
