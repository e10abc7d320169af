"""Values for a spreadsheet that opens files by double click: none of them may run as a formula."""

import re

# What a spreadsheet takes for the beginning of a formula; a phone number is none.
_STARTS = ("=", "+", "-", "@", "\t", "\r")
_PHONE = re.compile(r"\+[0-9]{6,15}")
_NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?")


def safe(value: object) -> str:
    """The value as text; what would run as a formula is put behind an apostrophe."""
    text = "" if value is None else str(value)
    if text.startswith(_STARTS) and not _PHONE.fullmatch(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
