"""Step 10 of the main job: a new service-level policy rules only once it is introduced."""

import copy
import json

import pytest
from django.test import Client
from django.urls import reverse

from interactions.models import SlaClock
from interactions.reasons import load_reasons
from readiness.models import CapabilityVersion, OrtRun
from readiness.processes.introduce_baseline import introduce_baselines
from readiness.tasks import run_readiness_cases
from tests.interactions.factories import an_interaction, the_clock
from tests.readiness.factories import a_managing_user

pytestmark = pytest.mark.django_db

HOUR = 3600


def signed_in() -> Client:
    client = Client()
    client.force_login(a_managing_user())
    return client


def post(client: Client, name: str, *args: object, **data: str) -> None:
    answer = client.post(reverse(f"readiness:{name}", args=args), data)
    assert answer.status_code == 303, answer.content.decode()


@pytest.mark.req("R-CSR-18")
@pytest.mark.req("R-CSR-24")
@pytest.mark.req("R-TMI-5")
def test_new_clocks_use_the_second_policy_only_after_it_is_introduced() -> None:
    assert introduce_baselines().off == {}
    load_reasons()
    writer, lead = signed_in(), signed_in()
    first = CapabilityVersion.objects.get(slot__key="sla.policy")
    assert first.runs.get().results.filter(outcome="pass").count() >= 2
    running = promise()
    assert running.capability_version_id == first.pk

    config = copy.deepcopy(first.config)
    config["default"]["targets"]["resolution"] = 5 * HOUR
    post(
        writer, "draft", "sla.policy",
        **{"as": "json"}, change_note="Five hours for everybody", config=json.dumps(config),
    )  # fmt: skip
    second = CapabilityVersion.objects.get(slot__key="sla.policy", number=2)
    assert promise().capability_version_id == first.pk

    post(writer, "test", second.pk)
    run_readiness_cases(OrtRun.objects.get(version=second).pk)
    post(lead, "accept", second.pk, role="operations", decision="accept")
    assert promise().capability_version_id == first.pk

    post(writer, "introduce", second.pk, shares="100", min_hours="0")
    renewed = promise()
    assert (renewed.capability_version_id, renewed.target_seconds) == (second.pk, 5 * HOUR)

    running.refresh_from_db()
    assert running.capability_version_id == first.pk
    assert running.target_seconds == 48 * HOUR


def promise() -> SlaClock:
    """The promise an e-mail from a customer without a tier gets now."""
    return the_clock(an_interaction())
