"""Calls to addresses that partners gave us: signed, bounded, and never into our own network."""

import contextlib
import json
import re
import socket
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from requests_hardened import Config, HTTPSession, Manager
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from standardwebhooks import Webhook

from crm.tmf.errors import Refused

ADDRESS = r"^https?://[A-Za-z0-9.-]{1,200}(:[0-9]{1,5})?([/?][!-\[\]-~]*)?$"
CONNECT_SECONDS, READ_SECONDS = 3.05, 8.0
# For a whole delivery: looking up the name, connecting, and the last line of the answer's head.
DEADLINE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the listener answered; `status` is None when it did not."""

    status: int | None
    problem: str

    @property
    def delivered(self) -> bool:
        return self.status is not None and self.status // 100 == 2  # noqa: PLR2004  # any 2xx


def check_callback(url: str) -> None:
    """Refuse an address that must not or cannot be called; the call itself checks once more."""
    if not re.fullmatch(ADDRESS, url):
        raise Refused(
            400,
            "invalid-callback",
            _("The callback is no address that can be called; send https://…."),
        )
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


def send(
    url: str, *, secret: str, event_id: str, body: Any, deadline: float = DEADLINE_SECONDS
) -> Outcome:
    """POST one event; whatever goes wrong is told, not raised, and within the deadline.

    A thread of its own does the talking: a name server or a listener that drips its answer byte
    by byte is left to that thread, whose line is cut. The answer's body is never read.
    """
    call = _Call(url, _signed(body, secret=secret, event_id=event_id))
    talk = threading.Thread(target=call.run, name="callback", daemon=True)
    talk.start()
    talk.join(deadline)
    if talk.is_alive():
        call.cut()
        return Outcome(None, f"No whole answer within {deadline:g} seconds.")
    return call.outcome


@dataclass(frozen=True, slots=True)
class _Letter:
    """What is sent: the bytes and the headers that prove they are ours."""

    data: bytes
    headers: dict[str, str]


def _signed(body: Any, *, secret: str, event_id: str) -> _Letter:
    # What partners keep here may hold numbers beyond 64 bits, which orjson reads and never writes.
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    now = datetime.now(UTC)
    headers = {
        "Content-Type": "application/json;charset=utf-8",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(event_id, now, data),
    }
    return _Letter(data.encode(), headers)


class _Call:
    """One call in a thread of its own, which somebody else may cut."""

    def __init__(self, url: str, letter: _Letter) -> None:
        self.outcome = Outcome(None, "")
        self._url, self._letter = url, letter
        self._lines: list[Any] = []
        self._cut = False

    def run(self) -> None:
        try:
            check_callback(self._url)
            with self._session() as session, self._post(session) as answer:
                self.outcome = Outcome(answer.status_code, "")
        except Refused as refused:
            self.outcome = Outcome(None, refused.told.message)
        except (requests.RequestException, OSError, ValueError) as error:
            self.outcome = Outcome(None, f"{type(error).__name__}: {error}"[:300])

    def cut(self) -> None:
        """End the connection, so that the thread ends too."""
        self._cut = True
        for line in self._lines:
            if line.sock is not None:
                with contextlib.suppress(OSError):
                    # The plain one: TLS would want to say goodbye to a listener that is silent.
                    socket.socket.shutdown(line.sock, socket.SHUT_RDWR)

    def _post(self, session: HTTPSession) -> requests.Response:
        letter = self._letter
        answer: requests.Response = session.post(
            self._url, data=letter.data, headers=letter.headers, stream=True
        )
        return answer

    def _session(self) -> HTTPSession:
        private = bool(settings.CRM_HUB_ALLOW_PRIVATE)
        session: HTTPSession = Manager(
            Config(
                default_timeout=(CONNECT_SECONDS, READ_SECONDS),
                never_redirect=True,
                ip_filter_enable=True,
                ip_filter_allow_loopback_ips=private,
                user_agent_override="crm-back-office/hub",
            )
        ).get_session()
        # Credentials from the environment (.netrc, proxies) are not for partners.
        session.trust_env = False
        for scheme in ("http", "https"):
            session.mount(f"{scheme}://", _Tapped(self._connect, scheme == "https", private))
        return session

    def _connect(self, make: Any, **where: Any) -> Any:
        if self._cut:
            raise requests.ConnectionError("The time for this call is over.")
        line = make(**where)
        self._lines.append(line)
        return line


class _Tapped(IPFilterAdapter):  # type: ignore[misc]  # the library brings no types
    """The guard against our own network, which also shows each connection that it opens."""

    def __init__(self, connect: Any, https: bool, private: bool) -> None:
        super().__init__(is_https_proto=https, allow_loopback=private)
        self._connect = connect

    def get_connection_with_tls_context(self, *args: Any, **named: Any) -> Any:
        pool = super().get_connection_with_tls_context(*args, **named)
        pool.ConnectionCls = partial(self._connect, pool.ConnectionCls)
        return pool
