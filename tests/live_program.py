"""The stream of open pages as a program of its own, beside the database of one test."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from django.db import connection

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass
class LiveProgram:
    """Started as `manage.py up` starts it; `stop` says how it ended."""

    port: int = field(default_factory=free_port)
    redis_url: str = ""
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        database, query = os.environ["DATABASE_URL"].split("?", 1)
        name = connection.settings_dict["NAME"]
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "crm.settings",
            "DATABASE_URL": f"{database.rpartition('/')[0]}/{name}?{query}",
            "CRM_LIVE_PORT": str(self.port),
            "CRM_BIND": "127.0.0.1",
        }
        if self.redis_url:
            environment["REDIS_URL"] = self.redis_url
        command = [sys.executable, "-m", "gunicorn", "-c", "python:crm.live_server"]
        self.process = subprocess.Popen(
            [*command, "crm.live.application:application"],
            cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + 150
        while time.monotonic() < until:
            try:
                urlopen(f"http://127.0.0.1:{self.port}/livez", timeout=2).close()
            except HTTPError:
                return
            except (URLError, OSError):
                time.sleep(0.1)
            else:
                return
        raise AssertionError("The stream does not answer.")

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(with_signal)
        return self.process.wait(20)
