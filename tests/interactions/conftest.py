"""Everything governed is in use, as an installation leaves it."""

import pytest

from tests.interactions.factories import governed, plain_promises


@pytest.fixture
def in_use(db: None) -> None:
    governed()


@pytest.fixture
def plain(db: None) -> None:
    plain_promises()
