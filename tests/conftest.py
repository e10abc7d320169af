"""One throw-away PostgreSQL and Redis for the whole run, and no network beyond this machine."""

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

from tests import schema, servers

# How quick a machine is, and what else it does, is no property of what is tested.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

pytest_plugins = [
    "tests.architecture.results",
    "tests.browser.running",
    "tests.readiness.fixtures",
]

# Files whose tests take seconds each. The others go by how many tests they have.
DEAR = (
    "/tests/browser/",
    "/tests/e2e/",
    "/commands/test_up.py",
    "/embedded/test_database.py",
    "/clock/test_properties.py",
    "/tmf/test_schema.py",
    "/archive/test_killed.py",
    "/interactions/test_tasks.py",
    "/interactions/test_restart.py",
    "/test_admin.py",
    "/report_interaction/test_keeping.py",
    "/test_gather_from_import.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that the workers of a run end together."""
    sizes = Counter(item.path for item in items)
    items.sort(
        key=lambda item: (
            not any(part in str(item.path) for part in DEAR),
            -sizes[item.path],
            item.path,
        )
    )


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """No test meets what the one before left in this process."""
    from crm.accounts.names import forget_names
    from crm.celery import app
    from customers.alike import forget_model
    from interactions.processes.track_interaction.foreseeing import forget_paces

    app._rests_until = 0.0
    forget_model()
    forget_names()
    forget_paces()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Each worker copies the migrated database as soon as it is there."""
    schema.wait_until_made(os.environ[servers.PLACE])


RUNNING = pytest.StashKey[servers.Servers]()


def pytest_configure(config: pytest.Config) -> None:
    if servers.OURS_TO_START:
        config.stash[RUNNING] = servers.Servers()


def pytest_unconfigure(config: pytest.Config) -> None:
    if running := config.stash.get(RUNNING, None):
        running.stop()
