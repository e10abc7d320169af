"""One server process on a leash: it ends when we end, however we end."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from crm.embedded.account import Account, ours

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


@dataclass(frozen=True)
class Server:
    """A running server and the signals that end it, gentlest first."""

    name: str
    process: subprocess.Popen[bytes]
    endings: tuple[signal.Signals, ...]

    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self, patience: float = 20) -> None:
        self.ask()
        self.insist(patience)

    def ask(self) -> None:
        """Begin to stop; several may stop at the same time."""
        if self.alive():
            self.process.send_signal(self.endings[0])

    def insist(self, patience: float = 20) -> None:
        """Wait for the end, with a harder signal each time patience runs out."""
        for harder in (*self.endings[1:], signal.SIGKILL):
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.send_signal(harder)
        self.process.wait()


def spawn(
    command: Sequence[str | Path],
    *,
    ending: signal.Signals = signal.SIGTERM,
    log: IO[Any] | None = None,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    directory: Path = Path("/"),
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own that gets `ending` when this process dies."""
    drop = account if account != ours() else None
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT if log else None,
        env=environment,
        cwd=directory,
        start_new_session=True,
        preexec_fn=leash(ending),  # noqa: PLW1509  it takes no lock
        user=drop.uid if drop else None,
        group=drop.gid if drop else None,
        extra_groups=[] if drop else None,
    )


def leash(ending: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def hold() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, ending)
        if os.getppid() != parent:
            # The parent died before the leash was on.
            os._exit(1)

    return hold


def working_in(pid: int, directory: Path) -> bool:
    """Whether that process is alive and at home in the directory."""
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == directory.resolve()
    except OSError:
        return False
