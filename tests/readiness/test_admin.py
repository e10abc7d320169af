import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from readiness.models import (
    CapabilityVersion,
    KnowledgeArticle,
    OrtRun,
    Procedure,
    ProcedureVersion,
)
from readiness.processes.keep_knowledge import load_guidance
from tests.crm.administrators import a_staff_browser
from tests.readiness.factories import a_serving_version, a_version

pytestmark = pytest.mark.django_db

WRITTEN_HERE = (Procedure, ProcedureVersion, KnowledgeArticle)


@pytest.fixture
def root() -> Client:
    return a_staff_browser(role="administrator")


@pytest.mark.parametrize(
    "model",
    [
        one
        for one in admin.site._registry
        if one._meta.app_label == "readiness" and one not in WRITTEN_HERE
    ],
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


def test_procedure_is_written_here_and_approved_by_somebody_else(root: Client) -> None:
    about = {"key": "tv", "title": "TV", "process": "1.3.5.2", "verticals": "assurance"}
    root.post(reverse("admin:readiness_procedure_add"), {**about, "reasons": "", "review_every": 6})
    procedure = Procedure.objects.get()
    page = reverse("admin:readiness_procedureversion_changelist")
    root.post(
        reverse("admin:readiness_procedureversion_add"),
        {"procedure": procedure.pk, "body": "Look.\nMend.", "change_note": "first"},
    )
    version = ProcedureVersion.objects.get()
    assert (version.number, version.state) == (1, "draft")

    approving = {"action": "approve", "_selected_action": [version.pk]}
    said = root.post(page, approving, follow=True).content.decode()
    assert "somebody else has to approve it" in said
    a_staff_browser(role="administrator").post(page, approving)

    version.refresh_from_db()
    assert version.state == "effective"
    change = reverse("admin:readiness_procedureversion_change", args=[version.pk])
    assert root.post(change, {"body": "Other."}).status_code == 403


def test_article_is_reworded_here_and_validated_again(root: Client) -> None:
    load_guidance()
    article = KnowledgeArticle.objects.get(key="port-refused")
    text = article.texts.get()
    page = reverse("admin:readiness_knowledgearticle_change", args=[article.pk])

    answer = root.post(
        page,
        {
            "key": article.key, "audience": "internal", "verticals": "fulfilment",
            "reasons": "number-porting", "valid_until": "", "owner": "",
            "texts-TOTAL_FORMS": 1, "texts-INITIAL_FORMS": 1, "texts-0-id": text.pk,
            "texts-0-article": article.pk, "texts-0-language": "en",
            "texts-0-title": text.title, "texts-0-body": "Spelling, mostly.",
        },
    )  # fmt: skip

    assert answer.status_code == 302
    article.refresh_from_db()
    assert (article.confidence, article.texts.get().body) == ("not_validated", "Spelling, mostly.")
    assert "spelling" in article.words
    validating = {"action": "validate", "_selected_action": [article.pk]}
    listed = reverse("admin:readiness_knowledgearticle_changelist")
    said = root.post(listed, validating, follow=True).content.decode()
    assert "somebody else has to validate it" in said
    a_staff_browser(role="administrator").post(listed, validating)

    article.refresh_from_db()
    assert article.confidence == "validated"
