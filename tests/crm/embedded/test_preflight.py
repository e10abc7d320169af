"""What keeps us from starting, each said in one sentence."""

import shutil
import socket
from collections import namedtuple
from pathlib import Path

import pytest

from crm import embedded
from crm.embedded import preflight

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "http", "８０"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(embedded.Trouble, match="must be a number from 1 to 65535"):
        preflight.port_from(text)


def test_a_port_in_use_is_named_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(embedded.Trouble, match=rf"Port {port} is in use.*PORT={port + 1}"):
            preflight.require_free_port("127.0.0.1", port)


def test_a_full_disk_is_noticed_before_it_hurts(
    places: embedded.Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**10, 10**10, 3 * 1024**2))

    with pytest.raises(embedded.Trouble, match="nearly full: 3 MB are free, 500 MB are needed"):
        preflight.require_space(places.home)


def test_a_second_supervisor_is_told_where_the_first_one_is(places: embedded.Places) -> None:
    places.prepare()
    with preflight.hold(places) as lock:
        preflight.sign(lock, "http://localhost:8000")

        with pytest.raises(embedded.Trouble, match=r"Already running.*http://localhost:8000"):
            preflight.hold(places)


def test_the_lock_ends_with_its_holder(places: embedded.Places) -> None:
    places.prepare()
    preflight.hold(places).close()

    with preflight.hold(places) as lock:
        assert not lock.closed


def test_the_address_is_known_from_the_first_start_on(places: embedded.Places) -> None:
    places.prepare()
    assert preflight.last_address(places) is None
    with preflight.hold(places) as lock:
        preflight.sign(lock, "http://localhost:8090")

    assert preflight.last_address(places) == "http://localhost:8090"


def test_space_is_measured_above_a_directory_that_may_not_be_entered(
    places: embedded.Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(path: object, *rest: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", refuses)

    preflight.require_space(places.home / "no" / "entry")
