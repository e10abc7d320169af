import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from readiness.models import CapabilityVersion, OrtRun
from tests.crm.administrators import a_staff_browser
from tests.readiness.factories import a_serving_version, a_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def root() -> Client:
    return a_staff_browser(role="administrator")


@pytest.mark.parametrize(
    "model",
    [one for one in admin.site._registry if one._meta.app_label == "readiness"],
    ids=lambda model: model._meta.model_name,
)
def test_everything_is_listed_and_nothing_is_added_or_removed(
    root: Client, model: type, toaster: str
) -> None:
    a_serving_version(toaster)
    name = f"admin:readiness_{model._meta.model_name}"  # type: ignore[attr-defined]  # a model

    assert root.get(reverse(f"{name}_changelist")).status_code == 200
    assert root.get(reverse(f"{name}_add")).status_code == 403


def test_state_is_changed_by_the_process_behind_the_action(root: Client, toaster: str) -> None:
    serving, draft = a_serving_version(toaster), a_version(toaster, {"seconds": 80})
    page = reverse("admin:readiness_capabilityversion_changelist")

    root.post(page, {"action": "hold", "_selected_action": [serving.pk]})
    root.post(page, {"action": "test", "_selected_action": [draft.pk]})

    assert CapabilityVersion.objects.get(pk=serving.pk).state == "suspended"
    assert OrtRun.objects.get().version_id == draft.pk


def test_rule_that_forbids_is_said_and_nothing_changes(root: Client, toaster: str) -> None:
    accepted = a_version(toaster, {"seconds": 80}, state="accepted")

    answer = root.post(
        reverse("admin:readiness_capabilityversion_changelist"),
        {"action": "test", "_selected_action": [accepted.pk]},
        follow=True,
    )

    assert "only a version that may still serve is tested" in answer.content.decode()


def test_a_held_version_goes_back_only_after_its_test(root: Client, toaster: str) -> None:
    page = reverse("admin:readiness_capabilityversion_changelist")
    serving = a_serving_version(toaster)
    said = []

    for action in ("hold", "resume", "test", "resume"):
        answer = root.post(page, {"action": action, "_selected_action": [serving.pk]}, follow=True)
        said.append([str(message) for message in answer.context["messages"]])

    assert CapabilityVersion.objects.get(pk=serving.pk).state == "general_availability", said


def test_an_auditor_holds_nothing(toaster: str) -> None:
    serving = a_serving_version(toaster)
    auditor = a_staff_browser(role="auditor")
    page = reverse("admin:readiness_capabilityversion_changelist")

    auditor.post(page, {"action": "hold", "_selected_action": [serving.pk]})

    assert auditor.get(page).status_code == 200
    assert CapabilityVersion.objects.get(pk=serving.pk).state == serving.state
