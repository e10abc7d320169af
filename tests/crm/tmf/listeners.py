"""A partner's listener: a real HTTP server on loopback that can be down or wrong."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import orjson
from standardwebhooks import Webhook


@dataclass
class Heard:
    """What arrived, and what the listener answers."""

    url: str = ""
    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def events(self) -> list[dict[str, Any]]:
        return [orjson.loads(body) for _headers, body in self.calls]

    def types(self) -> list[str]:
        return [one["eventType"] for one in self.events()]

    def verified(self, secret: str) -> Any:
        headers, body = self.calls[-1]
        return Webhook(secret).verify(body, headers)


@contextmanager
def a_listener(port: int = 0) -> Iterator[Heard]:
    heard = Heard()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            heard.calls.append((dict(self.headers), self.rfile.read(length)))
            self.send_response(heard.status)
            for name, value in heard.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", port), Handler)
    heard.url = f"http://127.0.0.1:{server.server_port}/hooks"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def a_dripping_listener(head: bytes, drop: bytes) -> Iterator[str]:
    """A listener that answers `head` and then one `drop` after another, without end."""
    over = threading.Event()
    door = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        line, _caller = door.accept()
        with line, contextlib.suppress(OSError):
            line.sendall(head)
            while not over.wait(0.02):
                line.sendall(drop)

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}/hooks"
    finally:
        over.set()
        thread.join(5)
        door.close()
