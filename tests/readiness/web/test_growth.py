"""No page of readiness asks once more per row."""

from dataclasses import replace

import pytest
from django.test import Client

from readiness.models import CapabilityVersion
from readiness.processes.register_processes import register_processes
from readiness.processes.run_readiness_test import run_readiness_test
from readiness.registry import slots, supports
from tests.architecture.growth import assert_steady
from tests.readiness.factories import a_manager, a_managing_user, a_serving_version, a_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(a_managing_user())
    return client


def test_board_is_steady_in_capabilities(manager: Client, toaster: str) -> None:
    # What apps judge by what serves may have to read the register anew.
    supports._declared.clear()
    a_serving_version(toaster)

    def grow() -> None:
        for number in range(8):
            slot = slots.declare(replace(slots.named(toaster), key=f"toaster.policy{number}"))
            a_serving_version(slot.key)
            a_version(slot.key, state="in_test", author=a_managing_user())

    a_version(toaster, state="in_test", author=a_managing_user())
    assert_steady(manager, "/readiness", grow)


def test_capability_is_steady_in_versions_and_results(manager: Client, toaster: str) -> None:
    a_serving_version(toaster)
    version = a_version(toaster, {"seconds": 5}, author=a_managing_user())
    run = run_readiness_test(version_id=version.pk, actor=a_manager())

    def grow() -> None:
        for number in range(8):
            a_version(toaster, state="withdrawn", author=a_managing_user())
            run.results.create(case=f"c{number}", title="C", category="systems", outcome="fail")

    assert_steady(manager, f"/readiness/capabilities/{toaster}?v=2", grow)


def test_register_is_steady_in_processes(manager: Client) -> None:
    register_processes()

    assert_steady(manager, "/readiness/register", lambda: None)


def test_admin_list_is_steady_in_versions(client: Client, toaster: str) -> None:
    user = a_managing_user()
    user.is_staff = user.is_superuser = True
    user.save()
    client.force_login(user)
    a_serving_version(toaster)

    def grow() -> None:
        for _ in range(8):
            a_version(toaster, state="withdrawn", author=user)

    assert_steady(client, "/admin/readiness/capabilityversion/", grow)
    assert CapabilityVersion.objects.count() == 9
