"""Languages of the screens: English, in which they are written, and each with a catalogue."""

from pathlib import Path
from typing import Final

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.translation import get_supported_language_variant, to_language

WRITTEN_IN: Final = "en"


def offered(catalogues: Path) -> list[tuple[str, str]]:
    """Codes with the names their speakers call them by, as `catalogues` has them compiled."""
    folders = sorted(path.parents[1].name for path in catalogues.glob("*/LC_MESSAGES/django.mo"))
    codes = dict.fromkeys([WRITTEN_IN, *map(to_language, folders)])
    return [(code, _own_name(code)) for code in codes]


def spoken(wished: str) -> str:
    """What screens speak to somebody of this language: it, or the one they are written in.

    Django has German dates and buttons of its own; without our words they would stand among
    English ones.
    """
    try:
        return get_supported_language_variant(wished)
    except LookupError:
        return settings.LANGUAGE_CODE


def _own_name(code: str) -> str:
    name = str(LANG_INFO.get(code, {}).get("name_local", code))
    return name[:1].upper() + name[1:]
