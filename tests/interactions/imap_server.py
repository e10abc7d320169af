"""A small IMAP4rev1 server on loopback: one folder, read-only access, real literals and numbers."""

import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

_FETCH = re.compile(r"UID FETCH (\d+) \((.+)\)", re.I)
_SEARCH = re.compile(r"UID SEARCH (?:CHARSET \S+ )?UID (\d+):\*", re.I)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass
class Folder:
    """The mails of a mailbox by number; `fetched` says what was handed out, `broken` hangs up."""

    mails: dict[int, bytes] = field(default_factory=dict)
    dates: dict[int, datetime] = field(default_factory=dict)
    validity: int = 7
    fetched: list[int] = field(default_factory=list)
    broken: bool = False
    port: int = 0
    # Called before a mail is handed out: a place to let something happen meanwhile.
    before_fetch: Callable[[int], None] = lambda uid: None

    def put(self, mail: bytes, at: datetime = NOON) -> int:
        uid = max(self.mails, default=0) + 1
        self.mails[uid], self.dates[uid] = mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), at
        return uid

    @property
    def url(self) -> str:
        return f"imap://care:let-me-in@127.0.0.1:{self.port}/INBOX"


class _Talk(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        if self.server.folder.broken:
            return
        self._say("* OK ready")
        for raw in self.rfile:
            tag, _space, command = raw.decode().rstrip("\r\n").partition(" ")
            if not self._answer(tag, command):
                return

    def _answer(self, tag: str, command: str) -> bool:
        name = command.split(" ", maxsplit=1)[0].upper()
        done = f"{tag} OK done"
        match name:
            case "CAPABILITY":
                self._say("* CAPABILITY IMAP4rev1")
            case "LOGIN" if "let-me-in" not in command:
                done = f"{tag} NO wrong password"
            case "EXAMINE" | "SELECT":
                folder = self.server.folder
                self._say(f"* {len(folder.mails)} EXISTS")
                self._say(f"* OK [UIDVALIDITY {folder.validity}] valid")
                done = f"{tag} OK [READ-ONLY] open"
            case "UID":
                self._uid(command)
            case "LOGOUT":
                self._say("* BYE")
            case "LOGIN" | "NOOP":
                pass
            case _:
                done = f"{tag} BAD unknown"
        self._say(done)
        return name != "LOGOUT"

    def _uid(self, command: str) -> None:
        folder = self.server.folder
        if found := _SEARCH.match(command):
            low, last = int(found[1]), max(folder.mails, default=0)
            # As the RFC wants it: `n:*` turns round when n is beyond the last.
            numbers = [uid for uid in sorted(folder.mails) if uid >= min(low, last)]
            self._say("* SEARCH " + " ".join(map(str, numbers)))
        elif (found := _FETCH.match(command)) and int(found[1]) in folder.mails:
            self._fetch(int(found[1]), found[2].upper())

    def _fetch(self, uid: int, parts: str) -> None:
        folder = self.server.folder
        mail = folder.mails[uid]
        if "RFC822.SIZE" in parts:
            date = folder.dates[uid].strftime("%d-%b-%Y %H:%M:%S +0000")
            self._say(f'* {uid} FETCH (UID {uid} RFC822.SIZE {len(mail)} INTERNALDATE "{date}")')
            return
        folder.before_fetch(uid)
        folder.fetched.append(uid)
        if "HEADER" in parts:
            mail = mail.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        self._say(f"* {uid} FETCH (UID {uid} BODY[] {{{len(mail)}}}")
        self.wfile.write(mail)
        self._say(")")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())
        self.wfile.flush()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    folder: Folder

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


@contextmanager
def an_imap_server() -> Iterator[Folder]:
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.folder = Folder(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.folder
        finally:
            server.shutdown()
            thread.join()
