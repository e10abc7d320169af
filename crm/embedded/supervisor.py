"""Keep several processes running: start in order, restart what dies, stop all at the end."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import NoReturn, Self

from crm.embedded.server import Server
from crm.embedded.trouble import Trouble

LONGEST_WAIT = 30.0
# A part that lived this long had started well: its next failure is a new story.
SETTLED = 60.0
LOOK_EVERY = 0.25
STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Part:
    """One process that must be there, and how to start it again."""

    name: str
    start: Callable[[], Server]
    server: Server
    wave: int = 0
    born: float = field(default_factory=time.monotonic)
    failures: int = 0
    due: float | None = None

    def look(self, say: Callable[[str], None]) -> None:
        """Notice a death and announce it; start again once the wait is over."""
        now = time.monotonic()
        if self.due is None:
            if not self.server.alive():
                self._plan(now, say, f"{self.name} ended (code {self.server.process.returncode})")
        elif now >= self.due:
            try:
                self.server = self.start()
            except Trouble as trouble:
                self._plan(now, say, str(trouble))
            else:
                self.born, self.due = now, None

    def _plan(self, now: float, say: Callable[[str], None], what: str) -> None:
        self.failures = 0 if self.due is None and now - self.born > SETTLED else self.failures
        wait = min(2.0**self.failures, LONGEST_WAIT)
        self.failures += 1
        self.due = now + wait
        say(f"{what}; starting it again in {wait:.0f} s.")


class Supervisor:
    """As a context: whatever was started inside is stopped on the way out, latest first."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.parts: list[Part] = []
        self._say = say

    def __enter__(self) -> Self:
        for number in STOPPING_SIGNALS:
            signal.signal(number, _interrupt)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number in STOPPING_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        self.stop()

    def start(self, name: str, start: Callable[[], Server], *, wave: int = 0) -> Server:
        """Start a part; parts of one wave stop together, later waves first."""
        part = Part(name, start, start(), wave)
        self.parts.append(part)
        return part.server

    def watch(self) -> NoReturn:
        """Look after the parts until a signal interrupts."""
        while True:
            for part in self.parts:
                part.look(self._say)
            time.sleep(LOOK_EVERY)

    def stop(self) -> None:
        for wave in sorted({part.wave for part in self.parts}, reverse=True):
            servers = [part.server for part in self.parts if part.wave == wave]
            for server in servers:
                server.ask()
            for server in servers:
                server.insist()
                # What a killed leader left behind in its process group.
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(server.process.pid, signal.SIGKILL)
        self.parts.clear()


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
