"""Find Chromium for the browser tests, or get it: `python -m tests.chromium`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = "No Chromium was found: install the package chromium, or set CRM_CHROMIUM to its path."


def executable() -> str | None:
    """The machine's own Chromium; None leaves the choice to Playwright's download."""
    if named := os.environ.get("CRM_CHROMIUM"):
        return named
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def downloaded() -> bool:
    """Whether Playwright has a Chromium of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def main() -> None:
    """Get a Chromium where it can be had; tests that need one say so themselves."""
    if executable() or downloaded():
        return
    print("Getting Chromium for the browser tests.", flush=True)
    if not (_from_packages() or _from_playwright()):
        print(ADVICE, file=sys.stderr)


def _from_packages() -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ("apt-get", "update", "-qq"),
        ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"),
    ):
        if subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False).returncode:
            return False
    return executable() is not None


def _from_playwright() -> bool:
    command = (sys.executable, "-m", "playwright", "install", "chromium")
    return subprocess.run(command, check=False).returncode == 0 and downloaded()


if __name__ == "__main__":
    main()
