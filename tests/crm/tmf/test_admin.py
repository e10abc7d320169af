"""The partner face in the administration: listeners and what they are owed."""

from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.ids import new_id
from crm.tmf.models import HubDelivery, HubListener, IdempotentAnswer
from tests.crm.administrators import a_staff_browser
from tests.customers.factories import a_user

pytestmark = pytest.mark.django_db

MODELS = [model for model in admin.site._registry if model._meta.app_label == "tmf"]
DELIVERIES = reverse("admin:tmf_hubdelivery_changelist")


def a_stuck_delivery() -> HubDelivery:
    owner = a_user(is_partner=True)
    IdempotentAnswer.objects.create(owner=owner, key="k", fingerprint="f", body=b"Priya")
    listener = HubListener.objects.create(
        api="tmf629", callback="https://partner.example/hub", secret="whsec_hush", owner=owner
    )
    return HubDelivery.objects.create(
        listener=listener,
        event_id=new_id(),
        event_type="CustomerCreateEvent",
        aggregate="customer:1",
        body={"name": "Priya"},
        attempts=15,
        dead_at=timezone.now(),
    )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_everything_opens_without_its_secrets(role: str, model: type[Model]) -> None:
    a_stuck_delivery()
    browser, row = a_staff_browser(role=role), model._default_manager.first()
    name = f"admin:tmf_{model._meta.model_name}"
    assert row is not None
    pages = [reverse(f"{name}_changelist")]
    pages += [reverse(f"{name}_{kind}", args=[row.pk]) for kind in ("change", "history")]

    answers = [browser.get(page) for page in pages]

    assert [one.status_code for one in answers] == [200, 200, 200]
    assert not [one for one in answers if b"hush" in one.content or b"Priya" in one.content]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_nothing_is_added_changed_or_deleted(model: type[Model]) -> None:
    a_stuck_delivery()
    browser, row = a_staff_browser(role="administrator"), model._default_manager.first()
    name = f"admin:tmf_{model._meta.model_name}"
    assert row is not None

    assert browser.get(reverse(f"{name}_add")).status_code == 403
    assert browser.post(reverse(f"{name}_change", args=[row.pk]), {}).status_code == 403
    assert browser.post(reverse(f"{name}_delete", args=[row.pk]), {}).status_code == 403


def test_a_stuck_delivery_is_tried_again() -> None:
    stuck = a_stuck_delivery()

    requeue(a_staff_browser(role="administrator"), stuck)

    stuck.refresh_from_db()
    assert (stuck.dead_at, stuck.attempts) == (None, 0)


def test_an_auditor_requeues_nothing() -> None:
    stuck = a_stuck_delivery()

    requeue(a_staff_browser(role="auditor"), stuck)

    stuck.refresh_from_db()
    assert stuck.attempts == 15


def test_staff_without_the_permission_see_nothing() -> None:
    assert a_staff_browser().get(DELIVERIES).status_code == 403


def test_a_longer_list_asks_no_more_questions() -> None:
    browser = a_staff_browser(role="administrator")
    a_stuck_delivery()
    browser.get(DELIVERIES)
    with CaptureQueriesContext(connection) as short:
        browser.get(DELIVERIES)
    for _ in range(3):
        a_stuck_delivery()

    with CaptureQueriesContext(connection) as long:
        browser.get(DELIVERIES)

    assert len(long) == len(short)


def requeue(browser: Client, stuck: HubDelivery) -> Any:
    return browser.post(DELIVERIES, {"action": "requeue", "_selected_action": [stuck.pk]})
