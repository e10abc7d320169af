"""Codes as people say them: languages by name, keys as words."""

import phonenumbers
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


def phone_number(value: str) -> str:
    """A number of any country in groups, "+44 20 7946 0182"; anything else as it is written."""
    spelling = f"+{value.removeprefix('+')}"
    if not spelling[1:].isdecimal():
        return value
    try:
        number = phonenumbers.parse(spelling, None)
    except phonenumbers.NumberParseException:
        return value
    if not phonenumbers.is_possible_number(number):
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
