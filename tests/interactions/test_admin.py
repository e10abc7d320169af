"""Administrators see everything of interactions and change state only through the processes."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.accounts.models import User
from interactions.models import ArmedClock, Interaction, Message
from interactions.processes.track_interaction import fire_due
from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction, the_clock

pytestmark = pytest.mark.django_db

INTERACTIONS = "admin:interactions_interaction_changelist"


@pytest.fixture
def root(client: Client, plain: None) -> Client:
    client.force_login(User.objects.create_superuser("root", password="let-me-in"))
    return client


@pytest.fixture
def matter(root: Client) -> Interaction:
    """One that was late and was told about, so that every table has a row."""
    logged = an_interaction(a_customer(email="priya@example.org"), ago=timedelta(hours=11))
    fire_due(10, timezone.now())
    return logged


@pytest.mark.parametrize(
    "model",
    [one for one in admin.site._registry if one._meta.app_label == "interactions"],
    ids=lambda model: model._meta.model_name,
)
def test_everything_is_listed_and_shown(root: Client, matter: Interaction, model: type) -> None:
    name = f"admin:interactions_{model._meta.model_name}"  # type: ignore[attr-defined]  # a model
    first = model._default_manager.first()  # type: ignore[attr-defined]  # a model

    assert root.get(reverse(f"{name}_changelist")).status_code == 200
    if first is not None:
        assert root.get(reverse(f"{name}_change", args=[first.pk])).status_code == 200


def test_no_state_is_written_by_hand(root: Client, matter: Interaction) -> None:
    page = reverse("admin:interactions_interaction_change", args=[matter.pk])

    assert root.post(page, {"status": "closed"}).status_code == 403
    matter.refresh_from_db()
    assert matter.status == "logged"


def test_actions_go_through_the_processes(root: Client, matter: Interaction) -> None:
    for action in ("take_over", "complete_resolved", "reopen_again", "cancel_as_mistake"):
        root.post(reverse(INTERACTIONS), {"action": action, "_selected_action": [matter.pk]})

    matter.refresh_from_db()
    assert (matter.status, matter.reopened) == ("cancelled", 1)
    assert matter.owner is not None


def test_a_rule_that_forbids_is_said(root: Client, matter: Interaction) -> None:
    answer = root.post(
        reverse(INTERACTIONS),
        {"action": "reopen_again", "_selected_action": [matter.pk]},
        follow=True,
    )

    assert "nothing to reopen" in answer.content.decode()


def test_a_message_that_failed_is_queued_again_under_its_key(
    root: Client, matter: Interaction
) -> None:
    message = Message.objects.get(kind="notice", clock=the_clock(matter))
    Message.objects.filter(pk=message.pk).update(state="failed", attempts=8)
    page = reverse("admin:interactions_message_changelist")

    root.post(page, {"action": "send_once_more", "_selected_action": [message.pk]})

    again = Message.objects.get(pk=message.pk)
    assert (again.state, again.attempts, again.dedupe_key) == ("queued", 0, message.dedupe_key)


def test_a_clock_put_back_is_tried_at_the_next_tick(root: Client, matter: Interaction) -> None:
    armed = ArmedClock.objects.get(clock=the_clock(matter))
    assert armed.next_fire_at > timezone.now()
    page = reverse("admin:interactions_armedclock_changelist")

    root.post(page, {"action": "try_now", "_selected_action": [armed.pk]})

    armed.refresh_from_db()
    assert armed.next_fire_at <= timezone.now()
