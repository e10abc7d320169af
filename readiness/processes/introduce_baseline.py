"""Introduce the Baseline: at installation, test what the product ships with and put it into use."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from crm.access import SYSTEM
from crm.errors import RuleBroken
from readiness.models import CapabilitySlot, CapabilityVersion
from readiness.processes.accept_capability import accept_baseline
from readiness.processes.draft_capability import change_draft, draft_capability, sync_slots
from readiness.processes.introduce_capability import introduce_capability
from readiness.processes.run_readiness_test import run_readiness_test
from readiness.registry import slots

ETOM = "1.3.1"

State = CapabilityVersion.State


@dataclass(frozen=True, slots=True)
class Installed:
    """What happened to the baselines: how many serve now, and which stay off and why."""

    introduced: int
    off: dict[str, str]


def introduce_baselines() -> Installed:
    """Test, accept and introduce version 1 of each slot nobody has decided about yet.

    A slot whose tests fail stays off and is named; the others go on. Safe to repeat.
    """
    sync_slots()
    introduced, off = 0, {}
    for slot in slots.declared():
        try:
            introduced += _introduce(slot)
        except RuleBroken as why:
            off[slot.key] = why.message
    return Installed(introduced, off)


def _introduce(slot: slots.Slot) -> bool:
    version = _untouched_baseline(slot)
    if version is None:
        return False
    run_readiness_test(version_id=version.pk, actor=SYSTEM)
    with transaction.atomic():
        accept_baseline(version_id=version.pk)
        introduce_capability(version_id=version.pk, actor=SYSTEM)
    return True


def _untouched_baseline(slot: slots.Slot) -> CapabilityVersion | None:
    """Version 1 as shipped, new or left over from an installation whose tests failed."""
    versions = CapabilityVersion.objects.filter(slot__key=slot.key)
    note = _("As shipped.")
    if not versions.exists():
        return draft_capability(
            slot_key=slot.key, config=slot.baseline, change_note=note, actor=SYSTEM
        )
    if versions.exclude(number=1, author=None, state__in=[State.DRAFT, State.IN_TEST]).exists():
        return None
    return change_draft(
        version_id=versions.get().pk, config=slot.baseline, change_note=note, actor=SYSTEM
    )


def off_now() -> list[CapabilitySlot]:
    """Slots that nothing serves: what they govern is switched off."""
    serving = CapabilityVersion.objects.serving().values("slot_id")
    declared = [slot.key for slot in slots.declared()]
    return list(CapabilitySlot.objects.filter(key__in=declared).exclude(pk__in=serving))
