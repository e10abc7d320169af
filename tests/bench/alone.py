"""One piece of work in a process of its own: what it answers, how long it took, its memory."""

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.bench.ratio import session_seconds

_LOOKS_A_SECOND = 20
_MIB = 1024


@dataclass(frozen=True, slots=True)
class Worked:
    """What a piece of work came to."""

    answer: Any
    seconds: float
    cpu_seconds: float
    database_seconds: float
    peak_mib: float
    start_mib: float

    @property
    def grown_mib(self) -> float:
        """What the work itself needed at most, beside the program that does it."""
        return self.peak_mib - self.start_mib


def alone(name: str, **said: Any) -> Worked:
    """Call `module:function` of this package with these words, in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.alone", name, json.dumps(said)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=os.environ)
    return Worked(**json.loads(done.stdout.splitlines()[-1]))


def _main(name: str, said: str) -> None:
    import django

    django.setup()
    module, _, function = name.partition(":")
    work = getattr(import_module(f"tests.bench.{module}"), function)
    begun = _resident(os.getpid())
    watch = _Watch()
    watch.start()
    start, cpu, session = time.perf_counter(), time.process_time(), session_seconds()
    answer = work(**json.loads(said))
    seconds, spent = time.perf_counter() - start, time.process_time() - cpu
    theirs = session_seconds() - session
    watch.stop()
    said_of_it = (answer, seconds, spent, theirs, watch.most / _MIB, begun / _MIB)
    fields = dict(zip(Worked.__slots__, said_of_it, strict=True))
    sys.stdout.write("\n" + json.dumps(fields) + "\n")


class _Watch(threading.Thread):
    """Looks at the memory of this process and its children, in kibibytes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(1 / _LOOKS_A_SECOND):
            self.most = max(self.most, _resident(os.getpid()) + sum(map(_resident, _children())))

    def stop(self) -> None:
        self._ended.set()
        self.join()
        self.most = max(self.most, _resident(os.getpid()))


def _children() -> list[int]:
    found: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            found += map(int, (task / "children").read_text().split())
    return found


def _resident(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


if __name__ == "__main__":
    _main(*sys.argv[1:])
