"""Codes as people say them: languages by name, keys as words."""

from django.utils.translation import get_language_info


def language(code: str) -> str:
    """A language by its name in the reader's language; an unknown one as it is written."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def plain(key: str) -> str:
    """A key as words: "home-plus" is "Home plus"."""
    words = key.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]
