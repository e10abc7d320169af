"""Every visible sentence comes from gettext, or is marked as data with translate="no"."""

import gettext
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

from tests.crm.web.factories import a_client, a_user

pytestmark = pytest.mark.django_db

# A page of another app joins the list by its path; add a fixture there when it needs rows.
PAGES = ["/search?q=zz", "/shortcuts", "/menu", "/notices", "/preferences", "/preferences/password"]
SHOWN = ("aria-label", "placeholder", "title", "alt", "data-l")
SILENT = {"script", "style", "template"}
VOID = {"area", "br", "hr", "img", "input", "link", "meta", "use", "rect", "line", "path", "circle"}
OPEN, CLOSE = "⟦", "⟧"
# The key caps are the keys' own names on every keyboard, not words.
KEY_CAPS = "kbd"


class _Wrapping(gettext.NullTranslations):
    """Answers every message with itself between markers."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}" if message else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)


class _Visible(HTMLParser):
    """Collects what a reader sees or hears outside data."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._stack: list[tuple[str, bool]] = []

    @property
    def _hidden(self) -> bool:
        return any(data for _tag, data in self._stack)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        data = given.get("translate") == "no" or tag in SILENT or tag == KEY_CAPS
        if not self._hidden and not data:
            self.texts += [given[name] or "" for name in SHOWN if name in given]
        if tag not in VOID:
            self._stack.append((tag, data))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while self._stack and self._stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.append(data)


def untranslated(html: str) -> list[str]:
    """The visible words of a page that did not come through gettext."""
    page = _Visible()
    page.feed(html)
    # Marked text may hold marked text: take the innermost away until nothing changes.
    joined = "\n".join(page.texts).replace(f"· {settings.CRM_BRAND}", "")
    while (shorter := re.sub(rf"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", "", joined)) != joined:
        joined = shorter
    return [line.strip() for line in joined.splitlines() if re.search(r"[^\W\d_]{2,}", line)]


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A language in which every translated text stands between markers."""
    wrapping = _Wrapping()
    monkeypatch.setattr(trans_real, "translation", lambda language: wrapping)
    monkeypatch.setattr(wrapping, "language", lambda: "en", raising=False)
    monkeypatch.setattr(wrapping, "to_language", lambda: "en", raising=False)
    monkeypatch.setattr(wrapping, "_DjangoTranslation__to_language", "en", raising=False)
    monkeypatch.setattr(wrapping, "_catalog", {}, raising=False)
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.usefixtures("pseudo")
def test_signed_in_page_has_no_text_of_its_own(path: str) -> None:
    html = a_client(a_user()).get(path).content.decode()

    assert OPEN in html
    assert untranslated(html) == []


@pytest.mark.usefixtures("pseudo")
def test_door_has_no_text_of_its_own() -> None:
    for page in ("/login/lost", "/login/lost/asked", "/login/new/x/x"):
        assert untranslated(Client().get(page).content.decode()) == []
    assert untranslated(Client().get("/login").content.decode()) == []
    refused = Client().post("/login", {"username": "a", "password": "b"})
    assert untranslated(refused.content.decode()) == []


def test_the_finder_finds() -> None:
    html = f'<p>{OPEN}fine{CLOSE} raw</p><b translate="no">Amara</b><i aria-label="loud"></i>'

    assert untranslated(html) == ["raw", "loud"]
