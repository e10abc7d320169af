"""A data directory of its own for every test, removed with everything that came of it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm import embedded


@pytest.fixture
def places() -> Iterator[embedded.Places]:
    yield from _some_places()


@pytest.fixture(scope="module")
def shared_places() -> Iterator[embedded.Places]:
    yield from _some_places()


def _some_places() -> Iterator[embedded.Places]:
    directory = Path(tempfile.mkdtemp(prefix="crm-embedded-"))
    directory.chmod(0o711)
    places = embedded.locations(directory / "data")
    yield places
    for made in {directory, places.home, places.sockets}:
        shutil.rmtree(made, ignore_errors=True)
