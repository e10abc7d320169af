"""One way to fold text for finding it: the SQL function crm_fold does the same, a test compares."""

import re
from unicodedata import normalize

_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_BETWEEN_WORDS = re.compile(r"[\s.,;:/\\|()\[\]{}\"_+*&@#-]+")
# Letters that no normal form takes apart, and apostrophes, which join (O'Brien is obrien).
_ALIKE = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "ς": "σ", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th"}
    | dict.fromkeys("'’ʼ`´")
)


def fold(text: str) -> str:
    """Text without case, accents and apostrophes."""
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    return _MARKS.sub("", normalize("NFKD", text)).casefold().translate(_ALIKE)


def words(text: str) -> list[str]:
    """The folded words of a text, in their order."""
    return [word for word in _BETWEEN_WORDS.split(fold(text)) if word]


def compact(text: str) -> str:
    """A number or id folded to its letters and digits only."""
    return "".join(words(text))
