"""Web processes come and go; what they counted stays, their files do not."""

import os
import subprocess
import sys
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from crm import counters

COUNTS = """
import os
from prometheus_client import Counter, Gauge, Histogram
Counter("calls", "Calls.", ["path"]).labels("/a").inc()
Histogram("seconds", "How long.").observe(0.2)
Gauge("busy", "Now.", multiprocess_mode="all").set(1)
print(os.getpid())
"""


def an_ended_process(directory: Path) -> int:
    """A process that counted one call and is over."""
    ended = subprocess.run(
        [sys.executable, "-c", COUNTS],
        env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(directory)},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(ended.stdout)


def scraped(directory: Path) -> dict[str, float]:
    registry = CollectorRegistry()
    with counters.reading(str(directory)):
        MultiProcessCollector(registry, path=str(directory))  # type: ignore[no-untyped-call]  # the library has no types
        lines = generate_latest(registry).decode().splitlines()
    pairs = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]
    return {name: float(value) for name, value in pairs}


def test_what_ended_processes_counted_stays_and_their_files_go(tmp_path: Path) -> None:
    for _ in range(3):
        counters.take_over(str(tmp_path), an_ended_process(tmp_path))

    found = scraped(tmp_path)
    assert found['calls_total{path="/a"}'] == 3
    assert found["seconds_count"] == 3
    assert found['seconds_bucket{le="0.25"}'] == 3
    assert not any(name.startswith("busy") for name in found)
    names = sorted(file.name for file in tmp_path.glob("*.db"))
    assert names == ["counter_ended.db", "histogram_ended.db"]


def test_a_directory_that_was_tidied_away_is_made_again(tmp_path: Path) -> None:
    gone = tmp_path / "gone"

    counters.take_over(str(gone), 4711)

    assert gone.is_dir()


def test_a_new_start_drops_what_an_earlier_run_left(tmp_path: Path) -> None:
    counters.take_over(str(tmp_path), an_ended_process(tmp_path))
    an_ended_process(tmp_path)

    counters.begin(str(tmp_path))

    assert list(tmp_path.glob("*.db")) == []


def test_a_new_start_leaves_another_server_alone(tmp_path: Path) -> None:
    counters.take_over(str(tmp_path), an_ended_process(tmp_path))
    alive = tmp_path / f"counter_{os.getppid()}.db"
    alive.write_bytes((tmp_path / "counter_ended.db").read_bytes())

    counters.begin(str(tmp_path))

    assert scraped(tmp_path)['calls_total{path="/a"}'] == 2
    assert counters.in_use_by_others(str(tmp_path))


def test_the_web_server_counts_in_a_directory_of_its_own() -> None:
    told = (
        "import os, pathlib\n"
        "from crm import web_server\n"
        "place = pathlib.Path(os.environ['PROMETHEUS_MULTIPROC_DIR'])\n"
        "web_server.on_starting(None)\n"
        "(place / 'counter_999999999.db').write_bytes(b'')\n"
        "there = place.is_dir()\n"
        "web_server.on_exit(None)\n"
        "print(there, place.exists())\n"
    )
    environment = dict(os.environ)
    environment.pop("PROMETHEUS_MULTIPROC_DIR", None)

    said = subprocess.run(
        [sys.executable, "-c", told], env=environment, capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == "True False"
