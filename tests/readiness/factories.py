"""Capabilities in any state, quickly: for readiness itself and for whoever is governed."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.utils import timezone

from crm.access import Actor, actor_for
from crm.accounts.models import User
from readiness.models import (
    CapabilitySlot,
    CapabilityVersion,
    Introduction,
    Stage,
    fingerprint_of,
)
from readiness.processes.draft_capability import sync_slots
from readiness.registry import slots
from readiness.registry.resolve import forget_snapshot

State = CapabilityVersion.State
EVERYTHING = (
    "view_capabilityversion",
    "view_processelement",
    "draft_capability",
    "run_readiness_test",
    "accept_for_operations",
    "accept_for_data_protection",
    "accept_for_billing",
    "introduce_capability",
)


def a_manager(*permissions: str, name: str = "") -> Actor:
    """Somebody with these permissions of readiness; with all of them when none is named."""
    return actor_for(a_managing_user(*permissions, name=name))


def a_managing_user(*permissions: str, name: str = "") -> User:
    user = User.objects.create_user(name or f"manager-{secrets.token_hex(4)}", password="let-me-in")
    wanted = Permission.objects.filter(
        content_type__app_label="readiness", codename__in=permissions or EVERYTHING
    )
    user.user_permissions.set(wanted)
    return User.objects.get(pk=user.pk)


def a_slot(key: str, **fields: Any) -> CapabilitySlot:
    """The row of a declared slot; one that nobody declares is written as the fields say."""
    if not CapabilitySlot.objects.filter(key=key).exists():
        sync_slots()
    slot, _created = CapabilitySlot.objects.get_or_create(
        key=key,
        defaults={"title": key, "kind": "versioned_config", "unit": "customer", **fields},
    )
    return slot


def a_version(
    slot_key: str,
    config: Mapping[str, Any] | None = None,
    *,
    state: str = State.DRAFT,
    **fields: Any,
) -> CapabilityVersion:
    """The next version of a slot, straight in a state, without its tests."""
    slot = a_slot(slot_key)
    last = slot.versions.order_by("-number").first()
    content = dict(config or {})
    version = CapabilityVersion.objects.create(
        **{
            "slot": slot,
            "number": last.number + 1 if last else 1,
            "config": content,
            "code_ref": _code_ref(slot_key),
            "fingerprint": fingerprint_of(content, _code_ref(slot_key)),
            "salt": secrets.token_hex(8),
            "state": state,
            "re_ort_due": timezone.localdate() + timedelta(days=365),
            **fields,
        }
    )
    forget_snapshot()
    return version


def a_serving_version(slot_key: str, config: Mapping[str, Any] | None = None) -> CapabilityVersion:
    """A version in general use, in the place of the one before; with the slot's own baseline when
    no configuration is given."""
    CapabilityVersion.objects.filter(slot__key=slot_key, state=State.GENERAL_AVAILABILITY).update(
        state=State.SUPERSEDED
    )
    content = config if config is not None else slots.named(slot_key).baseline
    version = a_version(slot_key, content, state=State.GENERAL_AVAILABILITY)
    _introduced(version, 100)
    return version


def a_pilot(slot_key: str, config: Mapping[str, Any], *, percent: float) -> CapabilityVersion:
    """A version in pilot for a share of the units."""
    version = a_version(slot_key, config, state=State.PILOT)
    _introduced(version, percent)
    forget_snapshot()
    return version


def load_baselines() -> int:
    """Version 1 of every declared slot in general use, in four statements and without tests."""
    sync_slots()
    rows = {slot.key: slot for slot in CapabilitySlot.objects.filter(versions=None)}
    CapabilityVersion.objects.bulk_create(
        CapabilityVersion(
            slot=rows[slot.key],
            number=1,
            config=dict(slot.baseline),
            code_ref=slot.code_ref,
            fingerprint=fingerprint_of(slot.baseline, slot.code_ref),
            salt="baseline",
            state=State.GENERAL_AVAILABILITY,
            re_ort_due=timezone.localdate() + timedelta(days=365),
        )
        for slot in slots.declared()
        if slot.key in rows
    )
    forget_snapshot()
    return len(rows)


def _introduced(version: CapabilityVersion, percent: float) -> None:
    introduction = Introduction.objects.create(version=version)
    Stage.objects.create(
        introduction=introduction, order=1, percent=percent, entered_at=timezone.now()
    )
    if percent < 100:
        Stage.objects.create(introduction=introduction, order=2, percent=100)


def _code_ref(slot_key: str) -> str:
    try:
        return slots.named(slot_key).code_ref
    except KeyError:
        return ""
