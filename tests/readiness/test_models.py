"""What the database refuses, whoever asks."""

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from readiness.models import Acceptance, CapabilityVersion, Introduction, Stage, fingerprint_of
from tests.readiness.factories import a_managing_user, a_version

pytestmark = pytest.mark.django_db

State = CapabilityVersion.State
SLOT = "toaster.policy"


@pytest.mark.parametrize("state", ["pilot", "general_availability"])
def test_one_version_of_a_slot_serves_at_a_time(state: str) -> None:
    a_version(SLOT, state=state)

    with pytest.raises(IntegrityError), transaction.atomic():
        a_version(SLOT, state=state)


@pytest.mark.parametrize("state", [state for state in State.values if state != "draft"])
@pytest.mark.parametrize(
    "change",
    [{"config": {"v": 2}}, {"fingerprint": "x"}, {"salt": "y"}, {"code_ref": "z"}, {"number": 7}],
)
def test_after_draft_only_the_state_changes(state: str, change: dict[str, object]) -> None:
    version = a_version(SLOT, {"v": 1}, state=state)

    with pytest.raises(DatabaseError), transaction.atomic():
        CapabilityVersion.objects.filter(pk=version.pk).update(**change)


def test_a_version_is_never_deleted() -> None:
    version = a_version(SLOT)

    with pytest.raises(DatabaseError), transaction.atomic():
        version.delete()


@pytest.mark.req("R-CSR-20")
def test_acceptance_of_another_fingerprint_is_refused() -> None:
    version = a_version(SLOT, state=State.IN_TEST)

    with pytest.raises(DatabaseError), transaction.atomic():
        Acceptance.objects.create(
            version=version,
            fingerprint="0" * 64,
            role="operations",
            decision="accept",
            by=a_managing_user(),
        )


@pytest.mark.req("R-CSR-20")
def test_acceptance_by_the_author_is_refused() -> None:
    author = a_managing_user()
    version = a_version(SLOT, state=State.IN_TEST, author=author)

    with pytest.raises(DatabaseError), transaction.atomic():
        Acceptance.objects.create(
            version=version,
            fingerprint=version.fingerprint,
            role="operations",
            decision="accept",
            by=author,
        )


def test_only_installation_signs_without_a_person() -> None:
    version = a_version(SLOT, state=State.IN_TEST)

    with pytest.raises(IntegrityError), transaction.atomic():
        Acceptance.objects.create(
            version=version, fingerprint=version.fingerprint, role="operations", decision="accept"
        )


def test_share_of_a_planned_stage_is_fixed() -> None:
    introduction = Introduction.objects.create(version=a_version(SLOT, state=State.PILOT))
    stage = Stage.objects.create(
        introduction=introduction, order=1, percent=25, entered_at=timezone.now()
    )

    with pytest.raises(DatabaseError), transaction.atomic():
        Stage.objects.filter(pk=stage.pk).update(percent=10)


def test_history_keeps_the_version_before_each_change() -> None:
    version = a_version(SLOT, {"v": 1})

    CapabilityVersion.objects.filter(pk=version.pk).update(state=State.IN_TEST)

    kept = apps.get_model("readiness", "CapabilityVersionEvent")._default_manager.get()
    assert (kept.pgh_obj_id, kept.state) == (version.pk, State.DRAFT)


@pytest.mark.parametrize(
    ("_case", "left", "right", "same"),
    [
        ("key order", ({"a": 1, "b": 2}, "r1"), ({"b": 2, "a": 1}, "r1"), True),
        ("a value", ({"a": 1}, "r1"), ({"a": 2}, "r1"), False),
        ("the code", ({"a": 1}, "r1"), ({"a": 1}, "r2"), False),
        ("list order means something", ({"a": [1, 2]}, ""), ({"a": [2, 1]}, ""), False),
    ],
)
def test_fingerprint_follows_content(
    _case: str,
    left: tuple[dict[str, object], str],
    right: tuple[dict[str, object], str],
    same: bool,
) -> None:
    assert (fingerprint_of(*left) == fingerprint_of(*right)) is same
