"""The other side of a channel: a gateway that takes our messages, and a sender that signs."""

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
from django.test import Client
from standardwebhooks import Webhook

SECRET = "whsec_" + b64encode(b"a secret of twenty-four b").decode()
CHANNELS = ("api", "app", "chat", "email", "letter", "phone", "shop", "sms", "social", "web",
            "whatsapp")  # fmt: skip
SECRETS = {f"CRM_CHANNEL_{name.upper()}_HOOK_SECRET": SECRET for name in CHANNELS} | {
    f"CRM_CHANNEL_{name.upper()}_SECRET": SECRET for name in CHANNELS
}


def signed(body: bytes, *, at: datetime | None = None, name: str = "evt") -> dict[str, str]:
    """The headers a provider sends with a body."""
    now = at or datetime.now(UTC)
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(name, now, body.decode()),
    }


def pushed(channel: str, body: dict[str, Any]) -> Any:
    """What our hook answers to a provider's push."""
    raw = orjson.dumps(body)
    return Client().post(
        f"/hooks/{channel}", raw, content_type="application/json", headers=signed(raw)
    )


@dataclass
class Gateway:
    """Everything it took; `status` and `answer` are what it says next."""

    taken: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    answer: dict[str, Any] = field(default_factory=dict)
    url: str = ""


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_POST(self) -> None:
        gateway = self.server.gateway
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        gateway.headers.append({name.lower(): value for name, value in self.headers.items()})
        if gateway.status == 200:
            gateway.taken.append(body)
        said = gateway.answer or {"id": f"gw-{body['id']}"}
        content = json.dumps(said).encode()
        self.send_response(gateway.status)
        self.send_header("Content-Length", str(len(content)))
        if gateway.status in {301, 302, 307}:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class _Server(ThreadingHTTPServer):
    gateway: Gateway


@contextmanager
def a_gateway() -> Iterator[Gateway]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.gateway = Gateway(url=f"http://127.0.0.1:{server.server_address[1]}/send")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.gateway
        finally:
            server.shutdown()
            thread.join()
