"""The addresses follow from the data directory alone."""

from pathlib import Path

from crm import embedded


def test_the_same_directory_always_gives_the_same_addresses(tmp_path: Path) -> None:
    first = embedded.urls(tmp_path / "data")

    assert first == embedded.urls(str(tmp_path / "data"))
    assert list(tmp_path.iterdir()) == []


def test_socket_paths_stay_short_however_long_the_directory_is(tmp_path: Path) -> None:
    places = embedded.locations(tmp_path / ("long" * 30))

    assert len(str(places.sockets / ".s.PGSQL.5432")) < 50
