"""Calls to addresses that partners gave us: signed, bounded, and never into our own network."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

import orjson
import requests
from django.conf import settings
from django.utils.translation import gettext as _
from requests_hardened import Config, Manager
from standardwebhooks import Webhook

from crm.tmf.errors import Refused

ADDRESS = r"^https?://[A-Za-z0-9.-]{1,200}(:[0-9]{1,5})?([/?][!-\[\]-~]*)?$"
CONNECT_SECONDS, READ_SECONDS = 3.05, 8.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the listener answered; `status` is None when it did not."""

    status: int | None
    problem: str

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004  # any 2xx


def check_callback(url: str) -> None:
    """Refuse an address that must not or cannot be called; the call itself checks once more."""
    if not re.fullmatch(ADDRESS, url):
        raise Refused(400, "invalid-callback", _("The callback is no http address."))
    private = bool(settings.CRM_HUB_ALLOW_PRIVATE)
    parts = urlsplit(url)
    try:
        fit = parts.port != 0 and (private or parts.scheme == "https")
    except ValueError:
        fit = False
    if not fit or _forbidden_literal(parts, private):
        raise Refused(
            403,
            "forbidden-callback",
            _("This address may not be called: it must be public, and https."),
        )


def _forbidden_literal(parts: SplitResult, private: bool) -> bool:
    host = (parts.hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return not private
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if private and address.is_loopback:
        return False
    return not address.is_global


def _manager() -> Manager:
    return Manager(
        Config(
            default_timeout=(CONNECT_SECONDS, READ_SECONDS),
            never_redirect=True,
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=bool(settings.CRM_HUB_ALLOW_PRIVATE),
            user_agent_override="crm-back-office/hub",
        )
    )


def send(url: str, *, secret: str, event_id: str, body: Any) -> Outcome:
    """POST one event; whatever goes wrong is told, not raised."""
    data = orjson.dumps(body).decode()
    now = datetime.now(UTC)
    headers = {
        "Content-Type": "application/json;charset=utf-8",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(event_id, now, data),
    }
    try:
        check_callback(url)
        with _manager().get_session() as session:
            # Credentials from the environment (.netrc, proxies) are not for partners.
            session.trust_env = False
            with session.post(url, data=data.encode(), headers=headers, stream=True) as answer:
                return Outcome(answer.status_code, "")
    except Refused as refused:
        return Outcome(None, refused.told.message)
    except (requests.RequestException, OSError, ValueError) as error:
        return Outcome(None, f"{type(error).__name__}: {error}"[:300])
