"""One throw-away PostgreSQL and Redis for the whole run, and no network beyond this machine."""

import pytest

from tests import servers

pytest_plugins = [
    "tests.architecture.results",
    "tests.browser.running",
    "tests.readiness.fixtures",
]

RUNNING = pytest.StashKey[servers.Servers]()


def pytest_configure(config: pytest.Config) -> None:
    if servers.OURS_TO_START:
        config.stash[RUNNING] = servers.Servers()


def pytest_unconfigure(config: pytest.Config) -> None:
    if running := config.stash.get(RUNNING, None):
        running.stop()
