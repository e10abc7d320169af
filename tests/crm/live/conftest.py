from collections.abc import Iterator

import pytest

from crm.live.calling import call_again
from tests.live_program import LiveProgram


@pytest.fixture
def _heard() -> None:
    call_again()


@pytest.fixture(scope="module")
def shared_program(django_db_setup: None) -> Iterator[LiveProgram]:
    """One program for the tests that leave it running: it keeps nothing between them."""
    program = LiveProgram()
    program.start()
    yield program
    program.stop()
