"""Languages of the screens: those with a catalogue, and no other, without a line of code."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.utils import translation
from django.utils.translation import trans_real
from pytest_django import Settings

from crm.languages import offered, spoken
from crm.settings import LANGUAGES, LOCALE_PATHS
from tests.crm.web.factories import a_client, a_user


def _compile(catalogue: Path, messages: dict[str, str]) -> None:
    """What `msgfmt` makes of a few messages: two tables of lengths and places, then the texts."""
    texts = {"": "Content-Type: text/plain; charset=UTF-8\n", **messages}
    said = [(key.encode() + b"\0", text.encode() + b"\0") for key, text in sorted(texts.items())]
    place = 28 + 16 * len(said)
    tables = []
    for column in (0, 1):
        for pair in said:
            tables.append(struct.pack("<II", len(pair[column]) - 1, place))
            place += len(pair[column])
    head = struct.pack("<7I", 0x950412DE, 0, len(said), 28, 28 + 8 * len(said), 0, 0)
    body = b"".join(pair[column] for column in (0, 1) for pair in said)
    catalogue.parent.mkdir(parents=True)
    catalogue.write_bytes(head + b"".join(tables) + body)


@pytest.fixture
def polish(tmp_path: Path, settings: Settings) -> Iterator[None]:
    """An installation whose folder of catalogues has one for Polish."""
    _compile(tmp_path / "pl/LC_MESSAGES/django.mo", {"Preferences": "Ustawienia"})
    settings.LOCALE_PATHS = [tmp_path]
    settings.LANGUAGES = offered(tmp_path)
    yield
    # Read catalogues are kept for the whole process.
    vars(trans_real)["_translations"].pop("pl", None)
    translation.deactivate()


def test_screens_are_offered_in_the_languages_of_the_catalogues_that_are_there() -> None:
    assert offered(LOCALE_PATHS[0]) == LANGUAGES == configured.LANGUAGES
    assert LOCALE_PATHS == [configured.BASE_DIR / "locale"]


def test_without_a_catalogue_only_english_is_offered(tmp_path: Path) -> None:
    (tmp_path / "de/LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "de/LC_MESSAGES/django.po").touch()

    assert offered(tmp_path) == [("en", "English")]
    assert offered(tmp_path / "nowhere") == [("en", "English")]


def test_a_language_is_offered_by_the_name_its_speakers_give_it(tmp_path: Path) -> None:
    for folder in ("de", "pt_BR", "tlh"):
        _compile(tmp_path / folder / "LC_MESSAGES/django.mo", {})

    assert offered(tmp_path) == [
        ("en", "English"),
        ("de", "Deutsch"),
        ("pt-br", "Português Brasileiro"),
        ("tlh", "Tlh"),
    ]


@pytest.mark.usefixtures("polish")
def test_near_languages_are_spoken_to_and_others_in_english() -> None:
    assert [spoken(code) for code in ("pl", "pl-PL", "de", "xx", "")] == [
        "pl", "pl", "en", "en", "en",
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("polish")
def test_a_catalogue_alone_makes_its_language_one_to_choose_and_to_read() -> None:
    client = a_client(a_user())
    assert '<option value="pl">Polski</option>' in client.get("/preferences").content.decode()

    kept = client.post(
        "/preferences", {"language": "pl", "time_zone": "Europe/Warsaw"}, follow=True
    )

    assert '<html lang="pl">' in kept.content.decode()
    assert "Ustawienia" in client.get("/preferences").content.decode()


@pytest.mark.django_db
def test_somebody_whose_language_is_offered_no_longer_reads_whole_pages_in_english() -> None:
    user = a_user()
    user.language = "nl"
    user.save()

    page = a_client(user).get("/preferences")

    assert page.headers["Content-Language"] == "en"
    assert '<html lang="en">' in page.content.decode()
    assert 'value="nl"' not in page.content.decode()
