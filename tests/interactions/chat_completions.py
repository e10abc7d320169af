"""A service that speaks chat completions, on loopback: what it was told, and what it says next."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Service:
    told: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    says: str = "She waits for a technician."
    raw: bytes = b""
    url: str = ""


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_POST(self) -> None:
        service = self.server.service
        service.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        service.headers.append({name.lower(): value for name, value in self.headers.items()})
        choice = {"message": {"role": "assistant", "content": service.says}}
        content = service.raw or json.dumps({"model": "small-1", "choices": [choice]}).encode()
        self.send_response(service.status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class _Server(ThreadingHTTPServer):
    service: Service


@contextmanager
def serving() -> Iterator[Service]:
    server = _Server(("127.0.0.1", 0), _Handler)
    server.service = Service(url=f"http://127.0.0.1:{server.server_port}/v1")
    talk = threading.Thread(target=server.serve_forever, daemon=True)
    talk.start()
    try:
        yield server.service
    finally:
        server.shutdown()
        server.server_close()
        talk.join()
