"""A delivery that was given up is seen by an administrator, and tried again from there."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.access import SYSTEM
from crm.events import registry
from crm.events.catalogue import CustomerTerminated
from crm.events.models import Delivery
from crm.events.publish import publish
from tests.crm.administrators import a_staff_browser

pytestmark = pytest.mark.django_db
LIST = reverse("admin:events_delivery_changelist")


@pytest.fixture(autouse=True)
def two_deliveries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_paths", {"customer.terminated": ["any.dead", "any.waiting"]})
    with transaction.atomic():
        publish(CustomerTerminated(customer_id=7, reason="fraud"), actor=SYSTEM)
    Delivery.objects.filter(handler="any.dead").update(
        dead_at=timezone.now(), attempts=12, last_error="ConnectionError('not today')"
    )


def requeued(browser: Client) -> Delivery:
    dead = Delivery.objects.get(handler="any.dead")
    browser.post(LIST, {"action": "requeue", "_selected_action": [dead.pk]})
    dead.refresh_from_db()
    return dead


@pytest.mark.parametrize(
    ("state", "seen"), [("dead", ["any.dead"]), ("waiting", ["any.waiting"]), ("done", [])]
)
def test_deliveries_are_found_by_what_must_be_done(state: str, seen: list[str]) -> None:
    page = a_staff_browser(role="administrator").get(LIST, {"state": state}).content.decode()

    assert [name for name in ("any.dead", "any.waiting") if f">{name}<" in page] == seen


def test_reason_of_the_failure_is_shown() -> None:
    dead = Delivery.objects.get(handler="any.dead")

    page = a_staff_browser(role="administrator").get(
        reverse("admin:events_delivery_change", args=[dead.pk])
    )

    assert "not today" in page.content.decode()


def test_administrator_has_it_tried_again() -> None:
    again = requeued(a_staff_browser(role="administrator"))

    assert (again.dead_at, again.attempts) == (None, 0)
    assert Delivery.objects.due().filter(pk=again.pk).exists()


def test_auditor_looks_and_requeues_nothing() -> None:
    browser = a_staff_browser(role="auditor")

    assert browser.get(LIST).status_code == 200
    assert requeued(browser).attempts == 12
