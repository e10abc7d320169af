import pytest
from django.test import Client
from django.urls import reverse

from readiness.processes.register_processes import register_processes
from readiness.registry import measures, slots, supports
from readiness.web.board import stopped
from tests.readiness.factories import (
    a_manager,
    a_managing_user,
    a_serving_version,
    a_slot,
    a_version,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(a_managing_user())
    return client


@pytest.fixture
def _alone(toaster: str) -> None:
    """Only the toaster is declared."""
    only = slots.named(toaster)
    slots._declared.clear()
    slots._declared[toaster] = only
    measures._declared.clear()
    supports._declared.clear()


@pytest.mark.req("R-CSR-1")
@pytest.mark.usefixtures("_alone")
def test_board_names_what_is_off_and_links_to_it(manager: Client, toaster: str) -> None:
    register_processes()
    a_slot(toaster)

    page = manager.get(reverse("readiness:board")).content.decode()

    assert "Customer Information Management" in page
    assert "0 ready · 0 to watch · 1 not ready" in page
    assert reverse("readiness:capability", args=[toaster]) in page
    assert stopped(a_manager()) == 1


@pytest.mark.usefixtures("_alone")
def test_served_capability_is_silent_and_counts_as_ready(manager: Client, toaster: str) -> None:
    a_serving_version(toaster)

    page = manager.get(reverse("readiness:board")).content.decode()

    assert "1 ready · 0 to watch · 0 not ready" in page
    assert stopped(a_manager()) == 0


@pytest.mark.usefixtures("_alone")
def test_column_nobody_keeps_is_not_called_ready(manager: Client, toaster: str) -> None:
    a_serving_version(toaster)

    page = manager.get(reverse("readiness:board")).content.decode()

    assert "Nothing declared for this process" in page
    assert "Not judged so far: information, scripts, systems, skills" in page
    assert page.count('class="c g"') == 1


def test_board_is_not_for_everybody(client: Client) -> None:
    client.force_login(a_managing_user("accept_for_billing"))

    assert client.get(reverse("readiness:board")).status_code == 403


@pytest.mark.req("R-CSR-0")
def test_process_page_shows_clause_tests_and_state(manager: Client) -> None:
    register_processes()

    page = manager.get(reverse("readiness:process", args=["1.3.1"])).content.decode()

    assert "R-CSR-20" in page
    assert "test_author_never_accepts" in page
    assert "1.1.1.22" in page


def test_register_lists_every_element_with_its_modules(manager: Client) -> None:
    register_processes()

    page = manager.get(reverse("readiness:register")).content.decode()

    assert "Track and Manage Customer Interaction" in page
    assert "readiness/processes/accept_capability.py" in page


def test_process_that_is_not_in_the_register_is_not_found(manager: Client) -> None:
    assert manager.get(reverse("readiness:process", args=["9.9"])).status_code == 404


@pytest.mark.usefixtures("_alone")
def test_version_in_test_waits_for_whoever_may_sign_it(client: Client, toaster: str) -> None:
    author, lead = a_managing_user(), a_managing_user(name="lead")
    a_version(toaster, {"seconds": 90}, state="in_test", author=author)

    client.force_login(author)
    assert "yours to sign" not in client.get(reverse("readiness:board")).content.decode()
    client.force_login(lead)
    page = client.get(reverse("readiness:board")).content.decode()
    assert "yours to sign" in page
    assert "to sign: Operations" in page
