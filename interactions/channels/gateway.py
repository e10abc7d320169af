"""Messages handed to a provider over HTTPS: signed, bounded, never into our own network.

The secret is the environment's (`CRM_CHANNEL_<CHANNEL>_SECRET`), so that no version of a
capability and no export of one carries it.
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson
import requests
from django.conf import settings
from requests_hardened import Config, Manager
from standardwebhooks import Webhook

from crm.tmf.callbacks import check_callback
from crm.tmf.errors import Refused
from interactions.channels.outcome import Outcome, Result
from interactions.models import Attachment, Message

_CONNECT, _READ = 3.05, 10.0
_MOST: Final = 64 * 1024
_OK: Final = range(200, 300)
# The provider looked at this message and will not take it; anything else is between us and them.
_REFUSALS: Final = frozenset([400, 413, 422])
_BAD_ADDRESS: Final = frozenset(
    ["invalid-number", "invalid-recipient", "unknown-subscriber", "unreachable", "blocked"]
)


def secret_of(channel: str) -> str:
    return str(settings.CRM_CHANNEL_SECRETS.get(f"CRM_CHANNEL_{channel.upper()}_SECRET", ""))


def why_not(channel: str, config: Mapping[str, Any]) -> str:
    if not config.get("url"):
        return "The version in use names no “url” of the gateway."
    if not secret_of(channel):
        return f"CRM_CHANNEL_{channel.upper()}_SECRET is not set."
    return ""


def files_of(message: Message) -> list[dict[str, str]]:
    """The files that go along, spelled as those that come in."""
    if not message.pk:
        return []
    return [
        {
            "name": one.name,
            "type": one.found_type or one.media_type,
            "content": b64encode(bytes(one.content)).decode(),
        }
        for one in message.attachments.filter(state=Attachment.State.CLEAR).order_by("pk")
    ]


def send(
    message: Message, config: Mapping[str, Any], *, more: Mapping[str, Any] | None = None
) -> Result:
    """POST one message; the provider tells a repeat by the id, which is always the same."""
    if missing := why_not(message.channel, config):
        return Result(Outcome.AWAY, missing)
    body = {
        "id": str(message.public_id),
        "to": message.recipient,
        "from": str(config.get("sender", "")),
        "text": message.body,
        **(more or {}),
    }
    try:
        check_callback(str(config["url"]))
        status, answer = _post(message.channel, str(config["url"]), body)
    except Refused as refused:
        return Result(Outcome.AWAY, refused.told.message)
    except (requests.RequestException, OSError, ValueError) as problem:
        return Result(Outcome.AWAY, f"{type(problem).__name__}: {problem}"[:300])
    return _result(status, answer)


def _post(channel: str, url: str, body: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
    data = orjson.dumps(body).decode()
    now = datetime.now(UTC)
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": str(body["id"]),
        "webhook-id": str(body["id"]),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret_of(channel)).sign(str(body["id"]), now, data),
    }
    with _manager().get_session() as session:
        # Credentials from the environment (.netrc, proxies) are not for providers.
        session.trust_env = False
        with session.post(url, data=data.encode(), headers=headers, stream=True) as answer:
            said = answer.raw.read(_MOST, decode_content=True)
            return answer.status_code, _object(said)


def _object(said: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(said)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _result(status: int, answer: Mapping[str, Any]) -> Result:
    error = str(answer.get("error", ""))[:200]
    if status in _OK:
        return Result(Outcome.SENT, wire_id=str(answer.get("id", ""))[:250])
    if status in _REFUSALS:
        return Result(Outcome.NEVER, f"{status} {error}".strip(), unreachable=error in _BAD_ADDRESS)
    return Result(Outcome.AWAY, f"{status} {error}".strip())


def _manager() -> Manager:
    return Manager(
        Config(
            default_timeout=(_CONNECT, _READ),
            never_redirect=True,
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=bool(settings.CRM_HUB_ALLOW_PRIVATE),
            user_agent_override="crm-back-office/gateway",
        )
    )
