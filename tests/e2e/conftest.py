"""The steps of a story run in the order in which they stand, on the database of their module."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from pytest_django import DjangoDbBlocker

from crm.access import forget_actors
from crm.tmf.authentication import forget_grants
from readiness.registry.resolve import forget_snapshot
from tests.e2e.house import House, a_house

HERE = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A story keeps its order, whatever shuffles the other tests."""
    ours = [at for at, item in enumerate(items) if HERE in item.path.parents]
    told = sorted((items[at] for at in ours), key=lambda item: (item.path, _line(item)))
    for at, item in zip(ours, told, strict=True):
        items[at] = item


def _line(item: pytest.Item) -> int:
    return item.reportinfo()[1] or 0


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """The product at work for one story: starter set, web server, worker, mail server, people."""
    with django_db_blocker.unblock():
        _forget()
        try:
            with a_house() as house:
                yield house
        finally:
            call_command("flush", interactive=False, verbosity=0)
            connections.close_all()
            _forget()


@pytest.fixture
def _django_db_helper(house: House) -> None:
    """In place of pytest-django's own: what one step of a story leaves behind, the next one finds.

    The mark `django_db` stays, because it says that this run needs a database.
    """


def _forget() -> None:
    cache.clear()
    forget_actors()
    forget_grants()
    forget_snapshot()
