"""Where things are kept follows from the data directory alone."""

import os
import tempfile
from pathlib import Path

import pytest

from crm import embedded
from crm.embedded.engines import usable

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run under another account")


def test_the_same_directory_always_gives_the_same_addresses(tmp_path: Path) -> None:
    first = embedded.urls(tmp_path / "data")

    assert first == embedded.urls(str(tmp_path / "data"))
    assert list(tmp_path.iterdir()) == []


def test_socket_paths_stay_short_however_long_the_directory_is() -> None:
    places = embedded.locations(Path(tempfile.gettempdir()) / ("long" * 30))

    assert len(str(places.sockets / ".s.PGSQL.5432")) <= 100


def test_a_long_data_directory_works(places: embedded.Places) -> None:
    long = embedded.locations(places.data_dir / ("long" * 30))

    server = embedded.start_redis(long, throw_away=True)

    assert server.alive()
    server.stop()
    long.sockets.rmdir()


def test_a_socket_directory_open_to_others_is_refused(places: embedded.Places) -> None:
    places.sockets.mkdir(parents=True)
    places.sockets.chmod(0o777)

    with pytest.raises(embedded.Trouble, match="open to others"):
        places.prepare()


def test_a_file_in_the_place_of_the_directory_is_refused(places: embedded.Places) -> None:
    places.data_dir.write_text("not a directory")

    with pytest.raises(embedded.Trouble, match="a file stands where a directory must be"):
        places.prepare()


@ROOT_ONLY
def test_root_keeps_the_data_elsewhere_where_the_account_cannot_pass() -> None:
    with tempfile.TemporaryDirectory() as private:
        places = embedded.locations(Path(private) / "data")

        assert places.home.parent == Path("/var/lib/crm-embedded")
        assert Path(private).stat().st_mode & 0o777 == 0o700


@ROOT_ONLY
def test_programs_out_of_reach_are_copied_instead_of_opened(places: embedded.Places) -> None:
    places.prepare()
    with tempfile.TemporaryDirectory() as private:
        program = Path(private) / "package" / "tree" / "bin" / "server"
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o700)

        copy = usable(places, program, program.parent.parent)

        assert places.account.reaches(copy)
        assert copy.stat().st_mode & 0o777 == 0o755
        assert Path(private).stat().st_mode & 0o777 == 0o700


def test_the_key_is_made_once_and_is_nobody_elses_business(places: embedded.Places) -> None:
    key = embedded.secret_key(places.data_dir)

    assert embedded.secret_key(places.data_dir) == key
    assert len(key) >= 50
    assert (places.data_dir / "secret_key").stat().st_mode & 0o777 == 0o600


def test_an_unusable_directory_gives_a_passing_key(places: embedded.Places) -> None:
    places.data_dir.write_text("not a directory")

    first = embedded.secret_key(places.data_dir)

    assert len(first) >= 50
    assert first != embedded.secret_key(places.data_dir)
