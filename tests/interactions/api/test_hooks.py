"""The hook of providers: signed, replay-proof, and nothing said to strangers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
import requests
from django.test import Client

from interactions.models import Inbound, Interaction
from interactions.processes.receive_message import file_due
from tests.interactions.channels.providers import SECRETS, pushed, signed
from tests.interactions.factories import governed
from tests.interactions.mails import a_mail


@pytest.fixture(autouse=True)
def _secrets(settings: Any) -> None:
    settings.CRM_CHANNEL_SECRETS = SECRETS


@pytest.mark.req("R-TMI-4")
@pytest.mark.enable_socket
@pytest.mark.django_db(transaction=True)
def test_a_provider_pushes_a_mail_over_real_http_and_again(live_server: Any) -> None:
    from base64 import b64encode

    governed()
    body = orjson.dumps({"raw": b64encode(a_mail()).decode()})
    for _ in range(2):
        answer = requests.post(
            f"{live_server.url}/hooks/email", data=body, headers=signed(body), timeout=10
        )
        assert answer.status_code == 202
    file_due(10)

    assert (Inbound.objects.count(), Interaction.objects.count()) == (1, 1)
    assert answer.json()["new"] is False


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("_case", "headers"),
    [
        ("none", {}),
        ("wrong", {"webhook-signature": "v1,AAAA"}),
        ("no comma", {"webhook-signature": "nonsense"}),
        ("another body", signed(b"{}")),
        ("ten minutes old", "old"),
        ("from the future", "future"),
    ],
)
def test_who_can_not_sign_changes_nothing(_case: str, headers: Any) -> None:
    governed()
    body = orjson.dumps({"id": "1", "from": "+447700900123", "text": "x"})
    if isinstance(headers, str):
        apart = timedelta(minutes=-10 if headers == "old" else 10)
        headers = signed(body, at=datetime.now(UTC) + apart)
    given = {**signed(body), **headers} if headers and len(headers) == 1 else headers

    answer = Client().post("/hooks/sms", body, content_type="application/json", headers=given)

    assert (answer.status_code, Inbound.objects.exists()) == (401, False)


@pytest.mark.django_db
def test_a_hook_without_a_secret_is_shut_like_one_that_does_not_exist(settings: Any) -> None:
    governed()
    settings.CRM_CHANNEL_SECRETS = {}

    assert pushed("sms", {"id": "1"}).status_code == pushed("owl", {"id": "1"}).status_code == 401


@pytest.mark.django_db
def test_a_body_that_is_too_large_is_not_read() -> None:
    answer = Client().post(
        "/hooks/sms", b"{}", content_type="application/json",
        headers={"Content-Length": str(10**9)},
    )  # fmt: skip

    assert answer.status_code in {401, 413}


@pytest.mark.django_db
def test_a_hook_for_mail_wants_a_mail() -> None:
    governed()

    assert pushed("email", {"raw": "no base64!"}).status_code == 422


@pytest.mark.django_db
def test_a_stranger_fills_no_memory(client: Client, settings: Any) -> None:
    governed()
    huge = {"CONTENT_LENGTH": str(10**9)}

    unsigned = client.post("/hooks/email", b"x", content_type="message/rfc822", **huge)  # type: ignore[arg-type]  # a raw header
    settings.CRM_CHANNEL_SECRETS = {}
    nobody = client.post("/hooks/email", b"x", content_type="message/rfc822", headers=signed(b"x"))

    assert (unsigned.status_code, nobody.status_code) == (401, 401)
