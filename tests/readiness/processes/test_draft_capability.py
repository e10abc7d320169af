import pytest
from django.core.exceptions import PermissionDenied

from crm.errors import RuleBroken
from readiness.models import CapabilitySlot, CapabilityVersion
from readiness.processes.draft_capability import (
    change_draft,
    draft_capability,
    sync_slots,
    withdraw_capability,
)
from readiness.processes.run_readiness_test import run_readiness_test
from readiness.registry.resolve import resolve
from tests.readiness.factories import a_manager, a_serving_version, a_slot, a_version

pytestmark = pytest.mark.django_db

State = CapabilityVersion.State


@pytest.mark.req("R-CSR-18")
def test_next_version_is_a_draft_that_production_does_not_see(toaster: str) -> None:
    general = a_serving_version(toaster)
    author = a_manager()

    draft = draft_capability(
        slot_key=toaster, config={"seconds": 120}, change_note="Browner", actor=author
    )

    assert (draft.number, draft.state, draft.change) == (2, State.DRAFT, "enhanced")
    assert (draft.author_id, draft.supersedes_id) == (author.pk, general.pk)
    assert resolve(toaster).number == 1


def test_configuration_that_cannot_work_is_refused_in_words(toaster: str) -> None:
    a_slot(toaster)

    with pytest.raises(RuleBroken) as refused:
        draft_capability(slot_key=toaster, config={}, change_note="x", actor=a_manager())

    assert (refused.value.field, refused.value.kind) == ("config", "invalid")
    assert refused.value.message == "Say for how many seconds it toasts."


def test_reason_is_asked(toaster: str) -> None:
    a_slot(toaster)

    with pytest.raises(RuleBroken, match="why"):
        draft_capability(
            slot_key=toaster, config={"seconds": 1}, change_note=" ", actor=a_manager()
        )


def test_whoever_may_only_look_drafts_nothing(toaster: str) -> None:
    a_slot(toaster)

    with pytest.raises(PermissionDenied):
        draft_capability(
            slot_key=toaster,
            config={"seconds": 1},
            change_note="x",
            actor=a_manager("view_capabilityversion"),
        )

    assert CapabilityVersion.objects.exists() is False


@pytest.mark.req("R-CSR-20")
def test_changing_a_tested_version_voids_its_results(toaster: str) -> None:
    author = a_manager()
    version = a_version(toaster, {"seconds": 90})
    run = run_readiness_test(version_id=version.pk, actor=author)

    changed = change_draft(
        version_id=version.pk, config={"seconds": 70}, change_note="Less", actor=author
    )

    assert changed.state == State.DRAFT
    assert changed.fingerprint != run.fingerprint


def test_version_that_is_given_up_stays_readable(toaster: str) -> None:
    version = a_version(toaster, {"seconds": 90})

    withdraw_capability(version_id=version.pk, reason="Not needed", actor=a_manager())

    version.refresh_from_db()
    assert (version.state, version.state_note) == (State.WITHDRAWN, "Not needed")


def test_syncing_twice_changes_nothing(toaster: str) -> None:
    sync_slots()
    before = list(CapabilitySlot.objects.values())

    sync_slots()

    assert list(CapabilitySlot.objects.values()) == before
