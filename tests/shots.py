"""Pictures of every main page, light and dark, wide and narrow: `python -m tests.shots [name …]`.

Takes BASE_URL when a server runs already, else starts one (with CRM_DATA_DIR, if set).
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests import chromium

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".shots"
WIDTHS = (1440, 390)
SCHEMES = ("light", "dark")
FIRST_START_SECONDS = 1200


@dataclass(frozen=True)
class Shot:
    """One page: as whom, where, and which link to follow from there to a page with an id."""

    name: str
    path: str
    role: str = "agent"
    follow: str = ""


# Everybody adds the pages of the screens they build.
PAGES = [
    Shot("login", "/login", role=""),
    Shot("desk", "/desk?tab=all"),
    Shot("interaction", "/desk?tab=all", follow="tbody a[data-open]"),
    Shot("log", "/log"),
    Shot("letter", "/log/letter"),
    Shot("visit", "/log/visit"),
    Shot("inbound", "/inbound"),
    Shot("contact", "/contact", role=""),
    Shot("join", "/join", role=""),
    Shot("help", "/help/router-third-light?lang=de", role=""),
    Shot("performance", "/performance?period=month", role="team-lead"),
    Shot("wallboard", "/wallboard", role="team-lead"),
    Shot("improvements", "/improvements", role="team-lead"),
    Shot("watch", "/watch", role="team-lead"),
    Shot("customers", "/customers/"),
    Shot("customer", "/customers/", follow="td a[href*='/customers/']"),
    Shot("record", "/customers/new"),
    Shot("orders", "/orders/"),
    Shot("order", "/orders/", follow="td a[data-open]"),
    Shot("imports", "/imports/", role="data-steward"),
    Shot("upload", "/imports/new", role="data-steward"),
    Shot("duplicates", "/duplicates/", role="data-steward"),
    Shot("archive", "/archive/", role="privacy-officer"),
    Shot("procedures", "/procedures"),
    Shot("readiness", "/readiness", role="readiness-manager"),
    Shot("capability", "/readiness/capabilities/sla.policy", role="readiness-manager"),
    Shot("draft", "/readiness/capabilities/sla.policy/draft", role="readiness-manager"),
    Shot("retention", "/readiness/capabilities/retention.policy/draft", role="readiness-manager"),
    Shot("register", "/readiness/register", role="readiness-manager"),
    Shot("process", "/readiness/register/1.3.1", role="readiness-manager"),
    Shot("search", "/search?q=evans"),
    Shot("notices", "/notices"),
    Shot("shortcuts", "/shortcuts"),
    Shot("preferences", "/preferences"),
    Shot("menu", "/menu"),
    Shot("not-here", "/nothing-here"),
    Shot("stranger", "/nothing-here", role=""),
    Shot("api", "/api/docs", role=""),
    Shot("administration", "/admin/", role="administrator"),
]


def main(wanted: list[str]) -> int:
    """Take the wanted pictures, or all; says which page failed and returns how many did."""
    pages = [page for page in PAGES if not wanted or page.name in wanted]
    FOLDER.mkdir(exist_ok=True)
    with _server() as url, sync_playwright() as playwright:
        path = chromium.executable() or playwright.chromium.executable_path
        if not Path(path).exists():
            print(chromium.ADVICE, file=sys.stderr)
            return 1
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        passwords = _passwords()
        failed = sum(
            _take(browser, url=url, passwords=passwords, pages=pages, width=width, scheme=scheme)
            for width in WIDTHS
            for scheme in SCHEMES
        )
        browser.close()
    print(f"{len(pages) * len(WIDTHS) * len(SCHEMES) - failed} pictures in {FOLDER.name}/")
    return failed


def _take(
    browser: Browser,
    *,
    url: str,
    passwords: dict[str, str],
    pages: list[Shot],
    width: int,
    scheme: str,
) -> int:
    contexts: dict[str, BrowserContext] = {}
    failed = 0
    for shot in pages:
        try:
            if shot.role not in contexts:
                contexts[shot.role] = browser.new_context(
                    base_url=url,
                    viewport={"width": width, "height": 900},
                    color_scheme="dark" if scheme == "dark" else "light",
                    reduced_motion="reduce",
                )
                contexts[shot.role].set_default_timeout(10_000)
                _sign_in(contexts[shot.role], shot.role, passwords)
            _picture(contexts[shot.role], shot, FOLDER / f"{shot.name}-{scheme}-{width}.png")
        except PlaywrightError as error:
            failed += 1
            print(f"{shot.name}, {scheme}, {width}: {error}", file=sys.stderr)
    for context in contexts.values():
        context.close()
    return failed


def _sign_in(context: BrowserContext, role: str, passwords: dict[str, str]) -> None:
    if not role:
        return
    page = context.new_page()
    page.goto("/login")
    page.fill("[name=username]", role)
    page.fill("[name=password]", passwords[role])
    page.click("button[type=submit]")
    page.wait_for_url(lambda address: "/login" not in address)
    page.close()


def _picture(context: BrowserContext, shot: Shot, target: Path) -> None:
    page = context.new_page()
    try:
        page.goto(shot.path)
        if shot.follow:
            page.click(shot.follow)
            page.wait_for_load_state()
        # Lazy panels follow the load; a poll never ends, so wait for quiet, not for silence.
        page.wait_for_timeout(800)
        page.screenshot(path=target, full_page=True)
    finally:
        page.close()


def _passwords() -> dict[str, str]:
    told = subprocess.run(
        [sys.executable, "manage.py", "demo_logins", "--json"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return {one["username"]: one["password"] for one in json.loads(told.stdout)["users"]}


@contextmanager
def _server() -> Iterator[str]:
    if given := os.environ.get("BASE_URL"):
        yield given
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env=os.environ | {"PORT": str(port)},
        stdout=sys.stderr,
    )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/livez", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + FIRST_START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit("The server stopped; its reason stands above. Is one running? Set BASE_URL.")
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  our own address
                return
        except OSError:
            time.sleep(0.5)
    sys.exit("The server was not ready in time.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
