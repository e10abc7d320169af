import json
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from readiness.models import CapabilityVersion
from readiness.registry import slots
from readiness.registry.settings import SettingProblem
from tests.readiness.factories import a_managing_user, a_serving_version, a_version

pytestmark = pytest.mark.django_db


def check_timer(config: Mapping[str, Any]) -> None:
    for number, rule in enumerate(config["rules"]):
        if rule["minutes"] < 1:
            raise SettingProblem("At least a minute.", f"rules.{number}.minutes")


TIMER = slots.Slot(
    key="timer.policy",
    title="Timer",
    baseline={"rules": [{"name": "egg", "minutes": 4}]},
    check_config=check_timer,
)


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(a_managing_user())
    return client


def test_sheet_starts_from_the_version_in_use(manager: Client, toaster: str) -> None:
    a_serving_version(toaster, {"seconds": 70})

    page = manager.get(reverse("readiness:draft", args=[toaster]))

    assert 'name="c.seconds" value="70"' in page.content.decode()


@pytest.mark.req("R-CSR-18")
def test_filled_sheet_becomes_the_next_draft(manager: Client, toaster: str) -> None:
    a_serving_version(toaster)

    answer = manager.post(
        reverse("readiness:draft", args=[toaster]), {"change_note": "Browner", "c.seconds": "120"}
    )

    draft = CapabilityVersion.objects.get(state="draft")
    assert (draft.number, draft.config) == (2, {"seconds": 120})
    assert answer.headers["Location"].endswith(f"/{toaster}?v=2")


def test_json_is_the_other_way_in(manager: Client, toaster: str) -> None:
    a_serving_version(toaster)

    manager.post(
        reverse("readiness:draft", args=[toaster]),
        {"as": "json", "change_note": "Browner", "config": json.dumps({"seconds": 65})},
    )

    assert CapabilityVersion.objects.get(state="draft").config == {"seconds": 65}


@pytest.mark.parametrize(
    ("_case", "config", "sentence"),
    [
        ("no JSON", "{", "This is not JSON yet"),
        ("no object", "[1]", "A configuration is an object"),
        ("the slot refuses", '{"seconds": "x"}', "Say for how many seconds it toasts."),
    ],
)
def test_problem_stands_beside_the_field(
    manager: Client, toaster: str, _case: str, config: str, sentence: str
) -> None:
    a_serving_version(toaster)

    page = manager.post(
        reverse("readiness:draft", args=[toaster]),
        {"as": "json", "change_note": "x", "config": config},
    )

    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert 'id="id_config_error"' in page.content.decode()


def test_draft_is_changed_in_place(manager: Client, toaster: str) -> None:
    version = a_version(toaster, {"seconds": 5})

    manager.post(
        reverse("readiness:change", args=[version.pk]), {"change_note": "More", "c.seconds": "61"}
    )

    version.refresh_from_db()
    assert (version.config, version.change_note) == ({"seconds": 61}, "More")


def test_whoever_may_not_draft_sees_no_form(client: Client, toaster: str) -> None:
    a_serving_version(toaster)
    client.force_login(a_managing_user("view_capabilityversion"))

    assert client.get(reverse("readiness:draft", args=[toaster])).status_code == 403


def test_looking_shows_what_would_change_and_keeps_nothing(manager: Client, toaster: str) -> None:
    a_serving_version(toaster, {"seconds": 70})

    fragment = manager.post(
        reverse("readiness:draft", args=[toaster]),
        {"look": "1", "change_note": "", "c.seconds": "80"},
        headers={"HX-Request": "true", "HX-Target": "changes"},
    )

    html = fragment.content.decode()
    assert fragment.status_code == 200
    assert ("<del>70</del>" in html, "<ins>80</ins>" in html, "<html" in html) == (
        True,
        True,
        False,
    )
    assert not CapabilityVersion.objects.filter(state="draft").exists()


def test_looking_says_what_cannot_work_yet(manager: Client, own_registry: None) -> None:
    slots.declare(TIMER)
    a_serving_version("timer.policy", {"rules": [{"name": "egg", "minutes": 4}]})

    page = manager.post(
        reverse("readiness:draft", args=["timer.policy"]),
        {
            "change_note": "Softer",
            "c.rules.#": "3",
            "c.rules.0.-": "on",
            "c.rules.0.name": "egg",
            "c.rules.1.name": "pasta",
            "c.rules.1.minutes": "0",
        },
    ).content.decode()

    # Row 0 is removed, so the first rule of the configuration is row 1 of the sheet.
    assert 'id="c.rules.1.minutes_error"' in page
    assert "At least a minute." in page


def test_one_more_row_is_offered_without_keeping_anything(
    manager: Client, own_registry: None
) -> None:
    slots.declare(TIMER)
    a_serving_version("timer.policy", {"rules": [{"name": "egg", "minutes": 4}]})

    page = manager.post(
        reverse("readiness:draft", args=["timer.policy"]),
        {
            "more": "c.rules.#",
            "change_note": "",
            "c.rules.#": "2",
            "c.rules.0.name": "egg",
            "c.rules.0.minutes": "4",
        },
    )

    assert page.status_code == 200
    assert 'name="c.rules.2.name"' in page.content.decode()
