"""A virus scanner on loopback that speaks INSTREAM as clamd does."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class Clamd:
    """What it was shown; streams longer than `most` are refused half way, as clamd does."""

    address: str = ""
    most: int = 1024 * 1024
    seen: list[int] = field(default_factory=list)


class _Handler(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
            if len(content) > self.server.clamd.most:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.clamd.seen.append(len(content))
        found = b"Eicar-Signature FOUND" if EICAR in content else b"OK"
        for piece in (b"stream: ", found, b"\0"):
            self.wfile.write(piece)
            self.wfile.flush()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    clamd: Clamd


@contextmanager
def a_clamd() -> Iterator[Clamd]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.clamd = Clamd(address=f"127.0.0.1:{server.server_address[1]}")
        talk = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        talk.start()
        try:
            yield server.clamd
        finally:
            server.shutdown()
            talk.join()
