"""One-time codes leave over the SMS channel that is in use, or not at all."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from customers import code_channels
from interactions import codes
from interactions.channels import sms
from interactions.channels.outcome import Outcome, Result
from interactions.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-17")]


@pytest.fixture
def in_use(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The configuration of the version in use; a test fills it."""
    config: dict[str, Any] = {"delivery": "none"}
    resolved = SimpleNamespace(config=config)
    for module in (codes, code_channels):
        monkeypatch.setattr(module, "resolve", lambda *_args, **_more: resolved)
    return config


def test_without_a_gateway_nothing_is_pretended(in_use: dict[str, Any]) -> None:
    assert code_channels.available("sms").ok is False
    in_use["delivery"] = "gateway"
    assert code_channels.available("sms").ok is False


def test_no_version_in_use_means_no_codes() -> None:
    assert "No accepted version" in codes.send("+447700900318", "", "123456")
    assert code_channels.available("sms").ok is False


@pytest.mark.parametrize(
    ("result", "said"), [(Result(Outcome.SENT), ""), (Result(Outcome.NEVER, "blocked"), "blocked")]
)
def test_a_code_is_handed_to_the_adapter_and_kept_by_no_row(
    result: Result, said: str, in_use: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Message] = []

    def adapter(message: Message, _config: Mapping[str, Any]) -> Result:
        given.append(message)
        return result

    monkeypatch.setattr(sms, "send", adapter)

    assert codes.send("+447700900318", "", "123456 is your code") == said
    assert given[0].recipient == "+447700900318"
    assert Message.objects.count() == 0
