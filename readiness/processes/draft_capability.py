"""Draft a Capability: write down the next version of a governed behaviour before it is tested."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from crm.access import SYSTEM, Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from readiness.models import CapabilitySlot, CapabilityVersion, fingerprint_of
from readiness.processes.change_state import change_state
from readiness.registry import slots
from readiness.registry.settings import SettingProblem

ETOM = "1.3.1"

State = CapabilityVersion.State


@transaction.atomic
def sync_slots() -> int:
    """Write every slot the code declares; one no longer declared keeps its row and history."""
    declared = slots.declared()
    CapabilitySlot.objects.bulk_create(
        [
            CapabilitySlot(
                key=slot.key,
                title=slot.title,
                kind=slot.kind,
                unit=slot.unit,
                on_absence=slot.on_absence,
                processes=list(slot.processes),
                personal_data=slot.personal_data,
                billing=slot.billing,
            )
            for slot in declared
        ],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=[
            "title",
            "kind",
            "unit",
            "on_absence",
            "processes",
            "personal_data",
            "billing",
        ],
    )
    return len(declared)


@transaction.atomic
def draft_capability(
    *, slot_key: str, config: Mapping[str, Any], change_note: str, actor: Actor
) -> CapabilityVersion:
    """Write the next version of a slot as a draft; production does not see it."""
    require(actor, "readiness.draft_capability")
    if not change_note.strip() and actor is not SYSTEM:
        raise RuleBroken(
            "reason-missing", _("Say what changes and why."), field="change_note", kind="invalid"
        )
    slot = CapabilitySlot.objects.select_for_update().get(key=slot_key)
    code_ref = check_configuration(slot_key=slot_key, config=config)
    last = slot.versions.aggregate(last=Max("number"))["last"] or 0
    return CapabilityVersion.objects.create(
        slot=slot,
        number=last + 1,
        change=CapabilityVersion.Change.ENHANCED if last else CapabilityVersion.Change.NEW,
        change_note=change_note.strip(),
        config=dict(config),
        code_ref=code_ref,
        fingerprint=fingerprint_of(config, code_ref),
        author_id=actor.pk,
        salt=secrets.token_hex(8),
        supersedes=slot.versions.filter(state=State.GENERAL_AVAILABILITY).first(),
    )


@transaction.atomic
def change_draft(
    *, version_id: int, config: Mapping[str, Any], change_note: str, actor: Actor
) -> CapabilityVersion:
    """Change a draft; a version in test becomes a draft again and its results count no more."""
    require(actor, "readiness.draft_capability")
    version = CapabilityVersion.objects.lock(version_id)
    code_ref = check_configuration(slot_key=version.slot.key, config=config)
    if version.state != State.DRAFT:
        change_state(version, State.DRAFT, note="changed after its test began", actor=actor)
    version.config, version.code_ref = dict(config), code_ref
    version.fingerprint = fingerprint_of(config, code_ref)
    version.change_note = change_note.strip()
    if actor.pk is not None:
        version.author_id = actor.pk
    with because(actor, "draft changed"):
        version.save()
    return version


@transaction.atomic
def withdraw_capability(*, version_id: int, reason: str, actor: Actor) -> CapabilityVersion:
    """Give up a draft or an accepted version that was never introduced."""
    require(actor, "readiness.draft_capability")
    version = CapabilityVersion.objects.lock(version_id)
    if version.state == State.WITHDRAWN:
        return version
    change_state(version, State.WITHDRAWN, note=reason, actor=actor)
    return version


def check_configuration(*, slot_key: str, config: Mapping[str, Any]) -> str:
    """The code the configuration is for; raises what the slot finds wrong with it.

    `details["where"]` is the path of the setting that is wrong, when one is.
    """
    try:
        slot = slots.named(slot_key)
    except KeyError:
        raise RuleBroken(
            "slot-not-declared",
            _("The software no longer has a place called %(slot)s.") % {"slot": slot_key},
        ) from None
    if slot.check_config is not None:
        try:
            slot.check_config(config)
        except ValueError as problem:
            where = problem.where if isinstance(problem, SettingProblem) else ""
            raise RuleBroken(
                "config-cannot-work",
                str(problem),
                field="config",
                kind="invalid",
                details={"where": where},
            ) from problem
    return slot.code_ref
