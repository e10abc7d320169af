import pytest
from django.test import Client
from django.urls import reverse

from readiness.processes.run_readiness_test import run_readiness_test, start_readiness_test
from tests.readiness.factories import (
    a_manager,
    a_managing_user,
    a_pilot,
    a_serving_version,
    a_slot,
    a_version,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(a_managing_user())
    return client


def page_of(client: Client, slot: str, **query: str) -> str:
    answer = client.get(reverse("readiness:capability", args=[slot]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_capability_without_a_version_says_it_is_off(manager: Client, toaster: str) -> None:
    a_slot(toaster)

    assert "This behaviour is off" in page_of(manager, toaster)


def test_page_shows_what_changes_setting_by_setting(manager: Client, toaster: str) -> None:
    a_serving_version(toaster, {"seconds": 90, "side": "both"})
    a_version(toaster, {"seconds": 120, "side": "both"})

    page = page_of(manager, toaster)

    assert "<b>120</b>" in page
    assert ">side<" not in page


def test_page_shows_every_result_with_its_evidence(manager: Client, toaster: str) -> None:
    version = a_version(toaster, {"seconds": 5})
    run_readiness_test(version_id=version.pk, actor=a_manager())

    page = page_of(manager, toaster)

    assert "1 of 2 passed" in page
    assert "5 s" in page
    assert "Record the waiver" in page


def test_running_test_is_followed_by_its_fragment(manager: Client, toaster: str) -> None:
    version = a_version(toaster, {"seconds": 90})
    start_readiness_test(version_id=version.pk, actor=a_manager())

    fragment = manager.get(
        reverse("readiness:capability", args=[toaster]),
        headers={"HX-Request": "true", "HX-Target": "readiness-test"},
    ).content.decode()

    assert "0 of 2 run" in fragment
    assert 'hx-trigger="every 1s"' in fragment
    assert "<html" not in fragment


def test_author_is_told_that_another_person_signs(client: Client, toaster: str) -> None:
    author = a_managing_user()
    client.force_login(author)
    a_version(toaster, {"seconds": 90}, state="in_test", author=author)

    page = page_of(client, toaster)

    assert "another person accepts it" in page
    assert "readiness/versions" in page
    assert reverse("readiness:accept", args=[1])[:-2] not in page.replace("/test", "")


def test_pilot_says_why_it_cannot_go_on(manager: Client, toaster: str) -> None:
    a_serving_version(toaster)
    pilot = a_pilot(toaster, {"seconds": 80}, percent=10)
    pilot.introduction.stages.filter(order=1).update(min_hours=48)

    page = page_of(manager, toaster)

    assert "This share is kept until" in page
    assert 'aria-disabled="true" aria-describedby="obstacle"' in page


def test_onlooker_gets_no_buttons(client: Client, toaster: str) -> None:
    a_serving_version(toaster)
    client.force_login(a_managing_user("view_capabilityversion"))

    page = page_of(client, toaster)

    assert "Hold now" not in page
    assert "Draft the next version" not in page
