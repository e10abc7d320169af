"""Administrators see everything of interactions and change state only through the processes."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.audit.models import Access
from interactions.models import ArmedClock, Interaction, Message
from interactions.processes.track_interaction import fire_due
from tests.crm.administrators import a_staff_browser
from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction, the_clock

pytestmark = pytest.mark.django_db

MODELS = [one for one in admin.site._registry if one._meta.app_label == "interactions"]
LISTS = [reverse(f"admin:interactions_{one._meta.model_name}_changelist") for one in MODELS]
INTERACTIONS = "admin:interactions_interaction_changelist"


@pytest.fixture
def root(plain: None) -> Client:
    return a_staff_browser(role="administrator")


@pytest.fixture
def matter(root: Client) -> Interaction:
    """One that was late and was told about, so that every table has a row."""
    logged = an_interaction(a_customer(email="priya@example.org"), ago=timedelta(hours=11))
    fire_due(10, timezone.now())
    return logged


def test_everything_is_listed_and_shown(
    root: Client, matter: Interaction, subtests: pytest.Subtests
) -> None:
    for model in MODELS:
        with subtests.test(model._meta.model_name):
            name = f"admin:interactions_{model._meta.model_name}"
            first = model._default_manager.first()
            assert root.get(reverse(f"{name}_changelist")).status_code == 200
            if first is not None:
                assert root.get(reverse(f"{name}_change", args=[first.pk])).status_code == 200


def test_no_state_is_written_by_hand(root: Client, matter: Interaction) -> None:
    page = reverse("admin:interactions_interaction_change", args=[matter.pk])

    assert root.post(page, {"status": "closed"}).status_code == 403
    matter.refresh_from_db()
    assert matter.status == "logged"


def test_actions_go_through_the_processes(root: Client, matter: Interaction) -> None:
    statuses = []
    for action, said in (
        ("take_over", {}),
        ("complete_with_outcome", {"outcome": "resolved"}),
        ("close_as_told", {"informed_by": "phone"}),
        ("reopen_again", {}),
        ("cancel_as_mistake", {}),
    ):
        act(root, matter, action, **said)
        matter.refresh_from_db()
        statuses.append(matter.status)

    assert statuses == ["in_progress", "completed", "closed", "in_progress", "cancelled"]
    assert matter.reopened == 1
    assert matter.owner is not None


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("complete_with_outcome", "Choose how it ended"),
        ("close_as_told", "Say how the customer was told"),
        ("reopen_again", "nothing to reopen"),
    ],
)
def test_a_refusal_names_the_interaction_and_changes_nothing(
    root: Client, matter: Interaction, action: str, said: str
) -> None:
    events = matter.events.count()

    answer = act(root, matter, action)

    matter.refresh_from_db()
    text = answer.content.decode()
    assert f"Interaction {matter.pk}:" in text
    assert said in text
    assert (matter.status, matter.events.count()) == ("logged", events)


def act(browser: Client, matter: Interaction, action: str, **said: str) -> Any:
    return browser.post(
        reverse(INTERACTIONS),
        {"action": action, "_selected_action": [matter.pk], **said},
        follow=True,
    )


def test_an_auditor_looks_and_acts_on_nothing(plain: None, matter: Interaction) -> None:
    auditor = a_staff_browser(role="auditor")

    act(auditor, matter, "cancel_as_mistake")

    matter.refresh_from_db()
    assert matter.status == "logged"


def test_what_people_said_is_masked_for_an_auditor(
    matter: Interaction, subtests: pytest.Subtests
) -> None:
    auditor = a_staff_browser(role="auditor")
    words = ("Priya", "priya@", "Internet is slow", "Since Monday")

    for model in MODELS:
        with subtests.test(model._meta.model_name):
            name = f"admin:interactions_{model._meta.model_name}"
            row = model._default_manager.first()
            pages = [reverse(f"{name}_changelist")]
            pages += [reverse(f"{name}_{k}", args=[row.pk]) for k in ("change", "history") if row]
            shown = "".join(auditor.get(page).content.decode() for page in pages)
            assert not [word for word in words if word in shown]


def test_a_longer_list_asks_no_more_questions(root: Client, matter: Interaction) -> None:
    for page in LISTS:
        root.get(page)
    short = questions(root)
    for _ in range(3):
        an_interaction(a_customer(email=f"p{_}@example.org"), ago=timedelta(hours=11))
    fire_due(10, timezone.now())

    assert questions(root) == short


def questions(browser: Client) -> dict[str, int]:
    """How many statements each list costs."""
    asked = {}
    for page in LISTS:
        with CaptureQueriesContext(connection) as queries:
            browser.get(page)
        asked[page] = len(queries)
    return asked


def test_only_staff_with_the_permission_come_in(client: Client) -> None:
    staff = a_staff_browser()

    assert {staff.get(page).status_code for page in LISTS} == {403}
    assert {client.get(page).status_code for page in LISTS} == {302}


@pytest.mark.parametrize("wanted", ["number", "reference", "customer"])
def test_an_interaction_is_found(root: Client, matter: Interaction, wanted: str) -> None:
    an_interaction(a_customer())
    term = {
        "number": str(matter.pk),
        "reference": matter.reference,
        "customer": "priya@example.org",
    }[wanted]

    found = root.get(reverse(INTERACTIONS), {"q": term}).context["cl"].result_list

    assert [one.pk for one in found] == [matter.pk]


def test_a_look_at_an_interaction_is_recorded(root: Client, matter: Interaction) -> None:
    root.get(reverse("admin:interactions_interaction_change", args=[matter.pk]))

    look = Access.objects.get()
    assert (look.subject, look.subject_ids) == ("interaction", [matter.pk])


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
