"""What operators ask, and what they get when something is wrong."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from crm.events.models import Heartbeat

pytestmark = pytest.mark.django_db


def beaten(ago: timedelta) -> None:
    Heartbeat.objects.create(name="beat", beaten_at=timezone.now() - ago)


def test_alive_is_answered_under_any_name_without_the_database(client: Client) -> None:
    answer = client.get("/livez", headers={"host": "10.0.0.7"})

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_names_every_part(client: Client) -> None:
    beaten(timedelta(seconds=30))

    answer = client.get("/readyz", headers={"host": "10.0.0.7"})

    assert answer.status_code == 200
    assert answer.json()["checks"] == dict.fromkeys(
        ["database", "migrations", "broker", "beat", "outbox"], "ok"
    )


def test_a_silent_beat_is_not_ready(client: Client) -> None:
    beaten(timedelta(minutes=4))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["beat"].startswith("silent for 240")


def test_a_broker_that_is_gone_is_named_without_its_address(
    client: Client, settings: Settings
) -> None:
    beaten(timedelta(seconds=1))
    settings.REDIS_URL = "unix:///nowhere/redis.sock"

    checks = client.get("/readyz").json()["checks"]

    assert checks["broker"] == "failed: ConnectionError"
    assert checks["database"] == "ok"


def test_metrics_tell_how_far_behind_the_outbox_is(client: Client) -> None:
    answer = client.get("/metrics")

    assert "crm_deliveries_dead 0.0" in answer.content.decode()


@pytest.mark.parametrize(
    ("_case", "token", "headers", "status"),
    [
        ("another machine", "", {"x-forwarded-for": "192.0.2.1"}, 403),
        ("another machine, in fewer words", "", {"x-forwarded-proto": "https"}, 403),
        ("another machine, as RFC 7239 says it", "", {"forwarded": "for=192.0.2.1"}, 403),
        ("no token", "secret", {}, 403),
        ("wrong token", "secret", {"authorization": "Bearer wrong"}, 403),
        ("right token", "secret", {"authorization": "Bearer secret"}, 200),
    ],
)
def test_metrics_are_for_those_who_may(
    client: Client,
    settings: Settings,
    _case: str,
    token: str,
    headers: dict[str, str],
    status: int,
) -> None:
    settings.CRM_METRICS_TOKEN = token

    assert client.get("/metrics", headers=headers).status_code == status
