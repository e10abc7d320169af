"""One command starts everything, leaves nothing behind, and refuses in one sentence."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from crm import embedded
from crm.embedded import preflight
from crm.management.commands.up import BEFORE_RELEASE, _refuse_unreleased

ROOT = Path(__file__).resolve().parents[4]
FROM_THE_TESTS = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "CRM_STORAGE_DIR", "CRM_TEST_SERVERS"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass
class Up:
    """A supervisor in a process of its own, as `make run` starts it."""

    data_dir: Path
    port: int = field(default_factory=free_port)

    def environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if k not in FROM_THE_TESTS}
        return inherited | {
            "CRM_ENV": "embedded",
            "DJANGO_SETTINGS_MODULE": "crm.settings",
            "CRM_DATA_DIR": str(self.data_dir),
            "PORT": str(self.port),
        }

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", "up", "--no-demo"],
            cwd=ROOT,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return json.load(answer)


@pytest.fixture
def up(places: embedded.Places) -> Up:
    return Up(places.data_dir)


@pytest.fixture(scope="module")
def installed(shared_places: embedded.Places) -> Up:
    """An installation that was started once before."""
    up = Up(shared_places.data_dir)
    process = up.start()
    read_until(process, "Press Ctrl-C")
    process.terminate()
    process.communicate(timeout=60)
    return up


def read_until(process: subprocess.Popen[str], words: str) -> str:
    read = ""
    assert process.stdout is not None
    for line in process.stdout:
        read += line
        if words in line:
            return read
    raise AssertionError(read)


def family(pid: int) -> list[int]:
    """The processes that descend from one, itself last."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [one for child in children for one in family(int(child))] + [pid]


def computed(pids: list[int]) -> float:
    """The seconds of computing that processes and their ended children have used."""
    used = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15] for pid in pids]
    return sum(int(ticks) for times in used for ticks in times) / os.sysconf("SC_CLK_TCK")


def all_gone(pids: list[int], within: float = 30) -> bool:
    deadline = time.monotonic() + within
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def refusal(up: Up) -> str:
    """What is printed where nothing is started: one sentence and no traceback."""
    done = up.manage("up", "--no-demo")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def test_it_starts_serves_and_stops_without_a_trace_and_is_quickly_back(
    installed: Up,
) -> None:
    process = installed.start()
    printed = read_until(process, "Press Ctrl-C")
    pids = family(process.pid)
    took = computed(pids)
    alive = installed.get("/livez")
    logins = json.loads(installed.manage("demo_logins", "--json").stdout)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)

    assert alive == {"status": "ok"}
    assert f"http://localhost:{installed.port}" in printed
    assert logins["users"][0]["password"] in printed
    assert process.returncode == 0
    assert all_gone(pids)
    # Ten seconds are promised on a machine of our own, whatever else runs here beside us: what is
    # computed until then would be done within them by a single core.
    assert took < 10


def test_the_web_server_is_loaded_beside_the_preparing_where_the_schema_stands(
    installed: Up,
) -> None:
    process = installed.start()
    read_until(process, "roles:")
    began = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in family(process.pid)]
    process.terminate()
    process.communicate(timeout=60)

    assert any(b"crm.web_server" in command for command in began)


def test_a_dead_worker_is_announced_and_a_killed_supervisor_leaves_no_orphans(
    installed: Up,
) -> None:
    process = installed.start()
    read_until(process, "Press Ctrl-C")
    pids = family(process.pid)
    worker = next(
        pid for pid in reversed(pids) if b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
    os.kill(worker, signal.SIGKILL)
    announced = read_until(process, "Worker")
    process.kill()
    process.communicate()

    assert "Worker ended (code -9); starting it again in 1 s." in announced
    assert len(pids) > 6
    assert all_gone(pids)


def test_a_port_in_use_is_refused(up: Up) -> None:
    with socket.create_server(("127.0.0.1", up.port)):
        assert f"Port {up.port} is in use" in refusal(up)


def test_a_file_as_data_directory_is_refused(up: Up) -> None:
    up.data_dir.write_text("not a directory")

    assert "a file stands where a directory must be" in refusal(up)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_directory_that_may_not_be_written_is_refused(up: Up) -> None:
    up.data_dir.mkdir()
    up.data_dir.chmod(0o500)

    assert "cannot be used" in refusal(up)


def test_data_of_another_postgresql_is_refused(up: Up, places: embedded.Places) -> None:
    places.prepare()
    places.cluster.mkdir()
    (places.cluster / "PG_VERSION").write_text("12\n")

    assert "was made by PostgreSQL 12" in refusal(up)


def test_a_second_start_is_refused(up: Up, places: embedded.Places) -> None:
    places.prepare()
    with preflight.hold(places) as lock:
        preflight.sign(lock, "http://localhost:8000")

        assert "Already running" in refusal(up)


def test_logins_asked_for_while_nothing_runs_give_one_sentence(tmp_path: Path) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}

    done = subprocess.run(
        [sys.executable, "manage.py", "demo_logins", "--json"],
        cwd=ROOT,
        env={**kept, "CRM_ENV": "embedded", "CRM_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "start it with `make run`" in done.stderr
    assert "Traceback" not in done.stderr


def test_logins_are_shown_in_embedded_mode_only(up: Up) -> None:
    environment = up.environment() | {"CRM_ENV": "development"}

    done = subprocess.run(
        [sys.executable, "manage.py", "demo_logins"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "embedded mode only" in done.stderr


@pytest.mark.django_db
def test_a_database_from_before_the_first_release_is_refused(tmp_path: Path) -> None:
    places = embedded.locations(tmp_path)
    _refuse_unreleased(places)
    MigrationRecorder(connection).record_applied(*BEFORE_RELEASE)
    with pytest.raises(embedded.Trouble, match="earlier, unreleased version"):
        _refuse_unreleased(places)
