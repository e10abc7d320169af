"""Beside a version of policy or calendar: what it does to running promises, and the choice."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from interactions.models import ClockMove
from interactions.processes.track_interaction import move_slice
from readiness.models import CapabilityVersion
from tests.interactions.factories import a_policy, an_interaction
from tests.interactions.web.factories import a_desk
from tests.readiness.factories import a_managing_user, a_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


@pytest.fixture
def manager() -> Client:
    client = Client()
    client.force_login(a_managing_user())
    return client


def quicker(state: str = "accepted") -> CapabilityVersion:
    targets = {"first_response": 3600, "resolution": 7200}
    return a_version("sla.policy", a_policy(targets=targets), state=state)


def step(client: Client, version: CapabilityVersion, what: str, mode: str = "carry") -> int:
    path = reverse("interactions:running_step", args=[version.pk, what])
    return client.post(path, {"mode": mode}).status_code


@pytest.mark.req("R-TMI-5")
def test_the_page_of_the_version_shows_what_would_move_and_be_missed(manager: Client) -> None:
    an_interaction(ago=timedelta(hours=3))
    version = quicker()
    page = manager.get(f"/readiness/capabilities/sla.policy?v={version.number}").content.decode()
    panel = reverse("interactions:running", args=[version.pk])
    assert panel in page

    assert step(manager, version, "look") in {302, 303}
    while move_slice(10):
        pass

    shown = manager.get(panel).context["shown"]
    assert (shown.matters, shown.earlier, shown.missed) == (1, 1, 1)


@pytest.mark.req("R-TMI-5")
def test_taking_along_is_chosen_and_can_be_left(manager: Client) -> None:
    version = quicker()

    step(manager, version, "move", "proportional")
    chosen = ClockMove.objects.get()
    step(manager, version, "leave")

    assert (chosen.state, chosen.mode) == ("waiting", "proportional")
    assert ClockMove.objects.get().state == "dropped"


def test_a_mode_that_does_not_exist_changes_nothing(manager: Client) -> None:
    step(manager, quicker(), "move", "backwards")

    assert ClockMove.objects.exists() is False


def test_who_may_not_introduce_takes_nothing_along() -> None:
    client, _user = a_desk()

    assert step(client, quicker(), "move") == 403
    assert ClockMove.objects.exists() is False


def test_other_capabilities_have_no_such_panel(manager: Client) -> None:
    page = manager.get("/readiness/capabilities/close.policy").content.decode()

    assert "running-promises" not in page
