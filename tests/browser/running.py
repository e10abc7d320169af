"""The one browser of a run, whoever needs it: Playwright can be started once in a process."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import chromium

# Playwright keeps an event loop in this thread; our own database calls are safe beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    with sync_playwright() as playwright:
        path = chromium.executable() or playwright.chromium.executable_path
        if not Path(path).exists():
            pytest.fail(chromium.ADVICE)
        running = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        running.close()
