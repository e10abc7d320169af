"""The cases of channels can fail, and leave nothing behind."""

from typing import Any

import pytest

from interactions import channel_proofs
from interactions.channels import email, mime
from interactions.channels.sink import a_sink
from interactions.models import Inbound, Interaction, Message
from readiness.models import CapabilityVersion
from readiness.registry import slots
from tests.interactions.factories import governed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_use(db: None) -> None:
    governed()


def baseline(channel: str, **more: Any) -> dict[str, Any]:
    return {**slots.named(f"channel.{channel}").baseline, **more}


@pytest.mark.req("R-CSR-19")
def test_a_gateway_without_its_secret_fails(settings: Any) -> None:
    settings.CRM_CHANNEL_SECRETS = {}
    config = baseline("sms", delivery="gateway", url="https://sms.example")

    shown = channel_proofs.it_can_deliver("sms")(config)

    assert (shown.passed, "CRM_CHANNEL_SMS_SECRET" in shown.evidence) == (False, True)


def test_a_channel_that_takes_nothing_in_shows_that_it_refuses() -> None:
    shown = channel_proofs.delivered_twice("sms")(baseline("sms", receives=False))

    assert shown.passed is True


@pytest.mark.req("R-CSR-19", "R-CSR-23")
def test_a_case_tries_the_version_it_is_asked_about_and_leaves_nothing_behind() -> None:
    before = list(CapabilityVersion.objects.order_by("pk").values_list("pk", "state"))

    for check in (channel_proofs.switched_off("email"), channel_proofs.delivered_twice("email")):
        assert check(baseline("email")).passed

    assert list(CapabilityVersion.objects.order_by("pk").values_list("pk", "state")) == before
    assert [model.objects.exists() for model in (Inbound, Interaction, Message)] == [False] * 3


def test_mail_that_forgets_its_thread_fails_its_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email, "message_id", lambda message: "<plain@example.org>")

    assert channel_proofs.mail_is_sent_and_answered(baseline("email")).passed is False


def test_the_sink_takes_a_mail_as_the_real_client_sends_it() -> None:
    message = Message(
        interaction_id=0, dedupe_key="k", recipient="a@example.org", subject="Größe",
        body=".hidden dot\nend", kind=Message.Kind.NOTICE,
    )  # fmt: skip

    with a_sink() as (sink, server):
        email.send_over(server, message, {})

    (raw,) = sink.taken
    assert (sink.senders, sink.recipients) == ([""], ["a@example.org"])
    assert mime.read(raw).text == ".hidden dot\nend"
