"""Step 10 of the main job through the pages: draft, test, another person accepts, introduce."""

from datetime import timedelta

import pytest
from celery.exceptions import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from readiness.models import CapabilityVersion, OrtRun
from readiness.processes.run_readiness_test import run_readiness_test
from readiness.registry.resolve import resolve
from readiness.tasks import hold_what_lost_its_waiver, run_readiness_cases
from tests.readiness.factories import a_manager, a_managing_user, a_serving_version, a_version

pytestmark = pytest.mark.django_db

State = CapabilityVersion.State


def signed_in(*permissions: str) -> Client:
    client = Client()
    client.force_login(a_managing_user(*permissions))
    return client


def post(client: Client, name: str, *args: object, **data: object) -> int:
    return client.post(reverse(f"readiness:{name}", args=args), data).status_code


@pytest.mark.req("R-CSR-23")
@pytest.mark.req("R-CSR-24")
def test_version_two_serves_only_after_test_signature_and_introduction(toaster: str) -> None:
    a_serving_version(toaster)
    writer, lead = signed_in(), signed_in()

    post(writer, "draft", toaster, change_note="Browner", **{"c.seconds": "120"})
    version = CapabilityVersion.objects.get(number=2)
    assert resolve(toaster).number == 1

    post(writer, "test", version.pk)
    run_readiness_cases(OrtRun.objects.get().pk)
    assert resolve(toaster).number == 1

    post(writer, "accept", version.pk, role="operations", decision="accept")
    version.refresh_from_db()
    assert version.state == State.IN_TEST

    post(lead, "accept", version.pk, role="operations", decision="accept")
    assert resolve(toaster).number == 1

    post(writer, "introduce", version.pk, shares="100", min_hours="0")
    assert resolve(toaster).version_id == version.pk
    assert resolve(toaster).config == {"seconds": 120}


def test_pilot_is_advanced_held_resumed_and_given_up_by_buttons(toaster: str) -> None:
    a_serving_version(toaster)
    version = a_version(toaster, {"seconds": 80}, state=State.ACCEPTED)
    lead = signed_in()

    def state() -> str:
        version.refresh_from_db()
        return version.state

    post(lead, "introduce", version.pk, shares="10, 100", min_hours="0")
    assert state() == State.PILOT
    post(lead, "step", version.pk, "hold", reason="Smoke")
    assert state() == State.SUSPENDED
    run_readiness_test(version_id=version.pk, actor=a_manager())
    post(lead, "step", version.pk, "resume", reason="Fixed")
    assert state() == State.PILOT
    post(lead, "advance", version.pk)
    assert state() == State.GENERAL_AVAILABILITY
    post(lead, "step", version.pk, "roll-back", reason="Smoke again")
    assert state() == State.SUSPENDED
    assert resolve(toaster).number == 1


def test_waiver_and_condition_are_recorded_from_the_page(toaster: str) -> None:
    version = a_version(toaster, {"seconds": 5})
    run_readiness_test(version_id=version.pk, actor=a_manager())
    result = OrtRun.objects.get().unmet().get()
    lead = signed_in()
    until = (timezone.localdate() + timedelta(days=5)).isoformat()

    post(lead, "waive", result.pk, risk="Pale", control="Twice", until=until)
    post(
        lead, "accept", version.pk,
        role="operations", decision="conditional", condition="Print the warning", due=until,
    )  # fmt: skip
    condition = version.acceptances.get().conditions.get()
    post(lead, "close", condition.pk)

    condition.refresh_from_db()
    version.refresh_from_db()
    assert condition.closed_at is not None
    assert version.state == State.ACCEPTED


def test_missing_words_are_asked_for_and_nothing_changes(toaster: str) -> None:
    version = a_serving_version(toaster)

    status = post(signed_in(), "step", version.pk, "hold", reason="")

    version.refresh_from_db()
    assert status == 422
    assert version.state == State.GENERAL_AVAILABILITY


def test_unknown_step_is_not_found(toaster: str) -> None:
    assert post(signed_in(), "step", a_serving_version(toaster).pk, "explode") == 404


@pytest.mark.parametrize(
    ("name", "args"), [("test", ()), ("introduce", ()), ("advance", ()), ("step", ("hold",))]
)
def test_onlooker_moves_nothing(toaster: str, name: str, args: tuple[str, ...]) -> None:
    version = a_serving_version(toaster)

    status = post(
        signed_in("view_capabilityversion"), name, version.pk, *args, shares="100", reason="x"
    )

    version.refresh_from_db()
    assert (status, version.state) == (403, State.GENERAL_AVAILABILITY)


def test_without_a_broker_the_test_runs_here_and_now(
    toaster: str,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def unreachable(*args: object, **kwargs: object) -> None:
        raise OperationalError

    monkeypatch.setattr("readiness.web.steps.current_app.send_task", unreachable)
    version = a_version(toaster, {"seconds": 90})

    with django_capture_on_commit_callbacks(execute=True):
        post(signed_in(), "test", version.pk)

    assert OrtRun.objects.get().verdict == "passed"


def test_daily_look_for_lost_waivers_runs(toaster: str) -> None:
    a_serving_version(toaster)

    hold_what_lost_its_waiver()

    assert CapabilityVersion.objects.get().state == State.GENERAL_AVAILABILITY
